"""A person at the whole program: keys go in, what the screen shows comes out.

async with journey() as me:                  # the browser on an embedded AWS of its own
    await me.goes_to("prod/eu-west-1/payments/api")
    await me.presses("s")
    await me.is_inside()

The browser is the one that `hatchway` runs, with the same rooms behind it; the embedded AWS is
asked over HTTP and websockets. A journey ends with `q`, and then nothing may be left: no session
in any account and region, no process, no port.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from functools import partial

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from tests.journeys.leftovers import active_sessions, descendants, listeners
from tests.journeys.surroundings import environment
from tui.cli.browse import browser
from tui.cli.parser import parse
from tui.demo.embedded import EmbeddedAws
from tui.model.kind import Kind
from tui.model.resource import Resource
from tui.model.store import Store
from tui.ui.app import HatchwayApp
from tui.ui.widgets.fleet_tree import FleetTree

SMALL = (80, 24)
LARGE = (200, 50)
PATIENCE = 20.0
"""Seconds after which what a person waits for will not come any more."""
_GLANCE = 0.02
"""Seconds between two looks at the screen."""
_TURNS = 3
"""How often effects may follow from effects until a key has had all of its own."""
_LONGEST_TURN = 1.0


class Journey:
    """What a person can do and see."""

    def __init__(self, aws: EmbeddedAws, app: HatchwayApp, pilot: Pilot[None]) -> None:
        self.aws = aws
        self.app = app
        self.pilot = pilot
        self.copied: list[str] = []
        """What was written to the clipboard, the newest last."""

    # seeing

    @property
    def screen(self) -> list[str]:
        """The lines as they are drawn now, without the blanks at their end."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    def row(self, name: str) -> str:
        """The first line of the tree that holds a name."""
        tree = self.tree
        lines = (tree.render_line(y).text.rstrip() for y in range(tree.size.height))
        return next((line for line in lines if name in line), "")

    async def until(self, happens: Callable[[], object], what: str = "") -> None:
        """Wait for something; the screen is in the message when it never happens."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not happens():
                    await self.pilot.pause(_GLANCE)
        except TimeoutError:
            lines = "\n".join(self.screen)
            raise AssertionError(f"{what or 'It'} did not happen. The screen:\n{lines}") from None

    async def sees(self, *texts: str) -> None:
        """Wait until all these are on the screen at once."""
        await self.until(lambda: _all_in(texts, self.text), f"Seeing {texts}")

    async def sees_no(self, text: str) -> None:
        """Wait until this is not on the screen any more."""
        await self.until(lambda: text not in self.text, f"No longer seeing {text!r}")

    async def reads(self, *texts: str) -> None:
        """Wait until all these are on the screen, however its lines are broken."""
        await self.until(lambda: _all_in(texts, _unbroken(self.screen)), f"Reading {texts}")

    async def is_inside(self) -> None:
        """Wait until a shell's prompt is the last thing on the screen of the session in view."""
        await self.until(lambda: _PROMPT.search(self.text), "A prompt")

    # doing

    async def presses(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has had its effect."""
        for key in keys:
            self.app.post_message(_key(key))
            await self._settles()

    async def _settles(self) -> None:
        """Wait until a key has had its effect: widgets, screen and app have heard of it, drawn
        what it changed, and done what they had put off until then.
        """
        for _ in range(_TURNS):
            await self.pilot.pause(0)
            drawn = asyncio.Event()
            self.app.screen.call_after_refresh(self.app.call_later, drawn.set)
            with suppress(TimeoutError):  # a screen that goes away calls nobody
                async with asyncio.timeout(_LONGEST_TURN):
                    await drawn.wait()

    async def types(self, text: str) -> None:
        """Type a text in one go; a newline is Enter."""
        for character in text:
            self.app.post_message(_key(character))
        await self.pilot.pause(_GLANCE)

    async def resizes(self, size: tuple[int, int]) -> None:
        await self.pilot.resize_terminal(*size)

    # the tree

    @property
    def tree(self) -> FleetTree:
        return self.app.main.browser.tree

    @property
    def at(self) -> str:
        """The address under the cursor."""
        return self.tree.address

    async def knows(self, address: str) -> Resource:
        """Wait until the program knows of a resource."""
        store = self.app.main.browser.store
        await self.until(lambda: store.get(address) is not None, f"Knowing {address}")
        found = store.get(address)
        assert found is not None
        return found

    async def goes_to(self, address: str) -> None:
        """Walk to a row with the arrow keys, opening what is closed on the way."""
        await self.knows(address)
        store = self.app.main.browser.store
        above = [one.address for one in store.ancestors(address)]
        for place in above:  # what is in a cluster comes in parts
            await self.until(partial(_is_told, store, place), f"All of {place}")
        for place in reversed(above):
            await self._walks(place)
            if not self.tree.rows.is_open(place):
                self.app.simulate_key("right")
                await self.until(partial(self.tree.rows.is_open, place), f"Opening {place}")
        await self._walks(address)

    async def _walks(self, address: str) -> None:
        await self.until(lambda: self.tree.rows.row(address), f"A row for {address}")
        while self.tree.viewport.address != address:
            index = self.tree.rows.index(address)
            assert index is not None
            steps = index - self.tree.viewport.index
            for _ in range(abs(steps)):
                self.app.simulate_key("down" if steps > 0 else "up")
            await self.pilot.pause(_GLANCE)

    # leaving

    async def leaves(self) -> None:
        """Press q, and y if the program asks; wait until it has ended."""
        if self.app.return_code is not None:
            return
        while self.app.main.browser.sessions.has_keys:
            await self.presses("ctrl+right_square_bracket", "d")
        while len(self.app.screen_stack) > 1 or isinstance(self.app.focused, Input):
            await self.presses("escape")
        await self.presses("q")
        if self.app.return_code is None and "Quit and close" in self.text:
            await self.presses("y")
        await self.until(lambda: self.app.return_code is not None, "Leaving")


@asynccontextmanager
async def journey(
    size: tuple[int, int] = SMALL,
    *arguments: str,
    altered: Callable[[dict[str, str]], dict[str, str]] = dict,
    fleet: int | None = None,
) -> AsyncIterator[Journey]:
    """The browser on an embedded AWS of its own; afterwards nothing is left behind.

    `altered` makes the program's environment of the one that the embedded AWS gives; `fleet` is how
    many containers there are, if not as many as usual.
    """
    ports = listeners()
    async with EmbeddedAws(fleet=fleet) as aws:
        processes = descendants()
        with environment(altered(dict(aws.environment))):
            async with boarded(aws, size, *arguments) as me:
                yield me
                await me.leaves()
        aws.conditions.clear()
        with environment(aws.environment):
            assert await active_sessions(aws) == {}
        await vanished(lambda: descendants() - processes)
    await vanished(lambda: listeners() - ports)  # some were the pretended machines' own


@asynccontextmanager
async def boarded(
    aws: EmbeddedAws,
    size: tuple[int, int],
    *arguments: str,
    demo: bool = False,
    remember: bool = False,
) -> AsyncIterator[Journey]:
    """The browser, running; with `demo`, it says that it is one; with `remember`, it shows at once
    what it has seen last, and keeps it for the next time."""
    copied: list[str] = []
    world = nullcontext() if demo else None
    app = browser(
        parse(arguments),
        world,
        clock=aws.clock.now,
        local_clipboard=copied.append,
        remember=remember,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        me = Journey(aws, app, pilot)
        me.copied = copied
        try:
            yield me
        finally:
            app.exit()
            await app.closed()


async def vanished(what: Callable[[], set[int]]) -> None:
    """Wait until there is nothing of it any more."""
    for _ in range(round(PATIENCE / _GLANCE)):
        if not what():
            return
        await asyncio.sleep(_GLANCE)
    raise AssertionError(f"Left behind: {what()}")


_PROMPT = re.compile(r"[\w.-]+@[\w.-]+:~[$#]$", re.MULTILINE)


def _is_told(store: Store, address: str) -> bool:
    """Whether there is nothing to come of what is below a row, or nothing that could."""
    freshness = store.freshness(address)
    kind = getattr(store.get(address), "kind", None)
    return kind is not Kind.CLUSTER or bool(freshness.loaded_at or freshness.trouble)


def _all_in(texts: Sequence[str], where: str) -> bool:
    return all(text in where for text in texts)


def _unbroken(lines: Sequence[str]) -> str:
    """All that is written, in one line with single blanks, frames left out."""
    return " ".join(" ".join(lines).translate(_FRAMES).split())


_FRAMES = str.maketrans(dict.fromkeys("│▌▐─━▁▔╭╮╰╯┃▎", " "))


def _key(name: str) -> events.Key:
    """A key by its character or by Textual's name."""
    if name == "\n":
        return events.Key("enter", "\r")
    if len(name) > 1:
        return events.Key(name, None)
    return events.Key(_character_to_key(name), name)
