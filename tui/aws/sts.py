"""The Security Token Service: who we are."""

from dataclasses import dataclass

from tui.aws.ask import Ask
from tui.aws.fields import Fields, text
from tui.aws.options import Place


@dataclass(frozen=True, slots=True)
class Identity:
    """Who AWS takes us for."""

    account_id: str
    """Twelve digits."""
    arn: str
    """Of the user or the assumed role."""


async def identity(ask: Ask, place: Place) -> Identity:
    """GetCallerIdentity; everybody who has credentials may call it."""
    return parse_identity(await ask(place, "sts", "GetCallerIdentity"))


def parse_identity(answer: Fields) -> Identity:
    """The answer of GetCallerIdentity."""
    return Identity(account_id=text(answer, "Account"), arn=text(answer, "Arn"))
