"""EC2: which regions an account has, and the first password of a Windows instance."""

import base64
import binascii

from tui.aws.ask import Ask
from tui.aws.fields import Fields, items, text
from tui.aws.options import Place
from tui.errors import Trouble

_USABLE = frozenset({"", "opt-in-not-required", "opted-in"})


async def enabled_regions(ask: Ask, place: Place) -> list[str]:
    """DescribeRegions: those that the account may use, whether by default or by opting in."""
    return parse_regions(await ask(place, "ec2", "DescribeRegions"))


def parse_regions(answer: Fields) -> list[str]:
    """The names in the answer of DescribeRegions, in alphabetical order, each once."""
    usable = {
        text(one, "RegionName")
        for one in items(answer, "Regions")
        if text(one, "OptInStatus") in _USABLE
    }
    return sorted(usable - {""})


async def password_data(ask: Ask, place: Place, instance_id: str) -> bytes:
    """GetPasswordData: the administrator's password, encrypted with the instance's key pair.

    Raises a `Trouble` when AWS has none.
    """
    answer = await ask(place, "ec2", "GetPasswordData", {"InstanceId": instance_id})
    data = parse_password_data(answer)
    if not data:
        raise Trouble(
            f"AWS has no password for {instance_id}.",
            "It keeps one only for instances that were launched with a key pair and made their own "
            "password, some minutes after their first start. In a domain, use your domain's.",
        )
    return data


def parse_password_data(answer: Fields) -> bytes:
    """The octets in the answer of GetPasswordData; empty when there are none to be read."""
    try:
        return base64.b64decode("".join(text(answer, "PasswordData").split()), validate=True)
    except binascii.Error:
        return b""
