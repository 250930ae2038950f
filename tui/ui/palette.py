"""The command bar: the commands of the table, and every place of the fleet by its name."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.model.query import Filter
from tui.model.resource import Resource
from tui.ui import commands, text
from tui.ui.actions import moving
from tui.ui.browser import Browser
from tui.ui.command import Command, Group
from tui.ui.labels import LABELS

_PLACES = 12
"""Places that are offered at once."""


class CommandProvider(Provider):
    """Offers what the main screen can do."""

    @property
    def _browser(self) -> Browser | None:
        found = getattr(self.screen, "browser", None)
        return found if isinstance(found, Browser) else None

    async def discover(self) -> Hits:
        """All commands that work now."""
        for command in self._working():
            yield DiscoveryHit(_title(command), partial(self._run, command.id), help=command.help)

    async def search(self, query: str) -> Hits:
        """Commands by their words, then places by their address."""
        matcher = self.matcher(query)
        for command in self._working():
            score = max(matcher.match(command.title), matcher.match(command.help))
            if score > 0:
                run = partial(self._run, command.id)
                yield Hit(1 + score, _title(command), run, help=command.help)
        for number, place in enumerate(self._places(query)):
            words = f"{LABELS[place.kind].glyph} {text.plain(place.address)}"
            score = 1 - number / 100
            yield Hit(score, Content(words), partial(self._go, place.address), text=words)

    def _working(self) -> Iterator[Command]:
        browser = self._browser
        if browser is not None:
            for command in commands.listed():
                runs = command.run is not None and command.group is not Group.MOVE
                if runs and commands.why_not(command, browser) is None:
                    yield command

    def _places(self, query: str) -> Iterator[Resource]:
        browser = self._browser
        if browser is None:
            return iter(())
        wanted = Filter(query)
        found = (place for place in browser.store.below() if wanted.matches(place))
        return islice(found, _PLACES)

    async def _run(self, command_id: str) -> None:
        if self._browser is not None:
            await commands.run(command_id, self._browser)

    def _go(self, address: str) -> None:
        if self._browser is not None:
            moving.go_to(self._browser, address)


def _title(command: Command) -> Content:
    return Content(f"{command.shown}  {command.title}")
