"""EC2: which regions an account has."""

from tui.aws.ask import Ask
from tui.aws.fields import Fields, items, text
from tui.aws.options import Place

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
