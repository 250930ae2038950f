"""Session Manager's preferences of an account and region, as its session document has them."""

import json
from collections import OrderedDict

from tui.aws.ask import Asking
from tui.aws.fields import Fields, fields, text
from tui.aws.opener import Accounts
from tui.errors import Trouble
from tui.model.idle import ASSUMED, ECS_EXEC, IdleLimit
from tui.model.wish import ExecuteCommand, Wish

DOCUMENT = "SSM-SessionManagerRunShell"
"""Where the console and the CLI keep the preferences; who never set any has none."""
_KEPT = 256
_LONGEST = 65_536
_MINUTES = range(1, 61)
"""What AWS takes."""


class Preferences:
    """Reads them when first needed, and remembers them, also that they may not be read."""

    def __init__(self, ask: Asking, accounts: Accounts) -> None:
        self._ask = ask
        self._accounts = accounts
        self._known: OrderedDict[tuple[str, str], IdleLimit] = OrderedDict()

    async def idle_limit(self, wish: Wish) -> IdleLimit:
        """How long a session may be idle; assumed where AWS does not tell. Raises nothing."""
        if isinstance(wish, ExecuteCommand):
            return ECS_EXEC
        key = (wish.account, wish.region)
        if key not in self._known:
            try:
                place = self._accounts.place(*key)
                answer = await self._ask(place, "ssm", "GetDocument", {"Name": DOCUMENT})
                self._known[key] = parse_limit(answer)
            except Trouble:
                self._known[key] = ASSUMED
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known.get(key, ASSUMED)


def parse_limit(answer: Fields) -> IdleLimit:
    """The limit in an answer of GetDocument; assumed when there is none that makes sense."""
    content = answer.get("Content")
    if not isinstance(content, str) or len(content) > _LONGEST:
        return ASSUMED
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return ASSUMED
    minutes = text(fields(document, "inputs"), "idleSessionTimeout") if _is(document) else ""
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 and int(minutes) in _MINUTES:
        return IdleLimit(int(minutes) * 60.0)
    return ASSUMED


def _is(document: object) -> bool:
    return isinstance(document, dict)
