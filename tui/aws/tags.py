"""Tags: asked for where IAM lets us, bounded, sorted, and equal ones kept once."""

from collections.abc import Mapping
from functools import lru_cache

from tui.aws.ask import Ask
from tui.aws.fields import Fields, items, text
from tui.aws.options import Place
from tui.errors import NotAllowed
from tui.model.resource import Tags

MOST = 50
"""AWS's own limit for a resource."""
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
"""AWS's own limits, in characters."""

_WITH_TAGS = frozenset({"DescribeClusters", "DescribeServices", "DescribeTasks"})
"""Operations of ECS that tell tags to those who ask."""


def tags_of(one: Fields, key: str = "tags", *, words: tuple[str, str] = ("key", "value")) -> Tags:
    """The tags in a list of an answer; `words` is how an entry calls its key and its value."""
    listed = items(one, key)
    if not listed:
        return ()
    name, value = words
    found = {
        text(tag, name)[:_LONGEST_KEY]: text(tag, value)[:_LONGEST_VALUE]
        for tag in listed[: 2 * MOST]
    }
    found.pop("", None)
    return _shared(tuple(sorted(found.items())[:MOST]))


@lru_cache(maxsize=16_384)
def _shared(tags: Tags) -> Tags:
    """The first of equal tags: a service's tasks have the same ones, a hundred thousand times."""
    return tags


class TaggedAsk:
    """Calls AWS and asks for tags as well; where IAM refuses it for that, it goes without."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._refused: set[tuple[str, str, str]] = set()
        """Accounts, regions and operations, for as long as the program runs."""

    async def __call__(
        self,
        place: Place,
        service: str,
        operation: str,
        parameters: Mapping[str, object] | None = None,
        *,
        target: str = "",
    ) -> Fields:
        """See `Ask`."""
        plain = parameters or {}
        where = (place.account, place.region, operation)
        if service != "ecs" or operation not in _WITH_TAGS or where in self._refused:
            return await self._ask(place, service, operation, plain, target=target)
        include = plain.get("include")
        more = [*include, "TAGS"] if isinstance(include, list) else ["TAGS"]
        try:
            return await self._ask(
                place, service, operation, {**plain, "include": more}, target=target
            )
        except NotAllowed:
            # IAM does not say whether the tags were the reason: a call without them tells.
            answer = await self._ask(place, service, operation, plain, target=target)
            self._refused.add(where)
            return answer
