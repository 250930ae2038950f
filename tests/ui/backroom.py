"""The rooms behind the screen, as small as they can be and still work: everything echoes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from tui.clock import RealClock
from tui.errors import PortTaken, Trouble
from tui.model.calls import CallReport
from tui.model.forward import ForwardRecord
from tui.model.resource import Resource
from tui.model.session import SessionKind, SessionState
from tui.model.store import Store
from tui.model.wish import StartSession, Wish
from tui.sessions.desktop import Desktop, Tunnelled
from tui.sessions.desktop_client import Client, Showing, show
from tui.sessions.idle import IdleClock
from tui.sessions.parting import Ending
from tui.sessions.resuming import Away
from tui.sessions.windows_password import Secret
from tui.ui.backstage import Backstage
from tui.watch.hurry import Hurry


@dataclass
class Notebook:
    """A watcher that writes down what the screen wants."""

    wanted: list[tuple[str, str]] = field(default_factory=list)
    looked: frozenset[str] = frozenset()

    def open(self, address: str) -> None:
        self.wanted.append(("open", address))

    def close(self, address: str) -> None:
        self.wanted.append(("close", address))

    def focus(self, address: str) -> None:
        self.wanted.append(("focus", address))

    def look(self, addresses: frozenset[str]) -> None:
        self.looked = addresses

    def refresh(self, address: str) -> None:
        self.wanted.append(("refresh", address))


class Echo:
    """A shell in this process: it says back what it hears; `exit` ends it."""

    def __init__(
        self,
        title: str,
        on_output: Callable[[bytes], None],
        on_away: Callable[[Away | None], None],
    ) -> None:
        self._say = on_output
        self.away = on_away
        self._line = b""
        self.idle = IdleClock(RealClock())
        self._over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.sizes: list[tuple[int, int]] = []
        self._say(f"welcome to {title}\r\n$ ".encode())

    def send(self, data: bytes) -> None:
        self._say(data.replace(b"\r", b"\r\n$ "))
        for byte in data:
            if byte != ord("\r"):
                self._line += bytes([byte])
                continue
            if self._line == b"exit":
                self.end("the shell has exited")
            self._line = b""

    def end(self, reason: str) -> None:
        if not self._over.done():
            self._over.set_result(Ending(reason=reason, exit_code=0))

    def resize(self, cols: int, rows: int) -> None:
        self.sizes.append((cols, rows))

    def pause(self) -> None:
        """Nothing is read ahead."""

    def resume(self) -> None:
        """Nothing was held back."""

    async def close(self) -> Ending:
        self.end("closed")
        return await self._over

    async def wait(self) -> Ending:
        return await asyncio.shield(self._over)


class Tunnel:
    """A forward that only its record knows of."""

    def __init__(self, store: Store, record: ForwardRecord) -> None:
        self._over = asyncio.Event()
        self._store = store
        self.record = record
        self._store.put_forward(record)

    async def close(self) -> None:
        self.record = replace(self.record, state=SessionState.CLOSED)
        self._store.put_forward(self.record)
        self._over.set()

    async def wait(self) -> Ending:
        await self._over.wait()
        return Ending("closed")


class Echoes:
    """An engine of echoes. `refusal` makes it refuse; `gate` holds shells back until set."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.shells: list[Echo] = []
        self.sizes: list[tuple[int, int]] = []
        self.wishes: list[Wish] = []
        self.tunnels: list[Tunnel] = []
        self.refusal: Trouble | None = None
        self.taken: set[int] = set()
        self.gate = asyncio.Event()
        self.gate.set()

    async def shell(
        self,
        wish: Wish,
        *,
        title: str,
        address: str,
        size: tuple[int, int],
        on_output: Callable[[bytes], None],
        on_away: Callable[[Away | None], None],
    ) -> Echo:
        self.wishes.append(wish)
        self.sizes.append(size)
        await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        shell = Echo(title, on_output, on_away)
        self.shells.append(shell)
        return shell

    async def forward(
        self, wish: StartSession, *, title: str, address: str, local_port: int, kind: SessionKind
    ) -> Tunnel:
        self.wishes.append(wish)
        if self.refusal is not None:
            raise self.refusal
        if local_port in self.taken:
            raise PortTaken(f"Port {local_port} is taken.")
        record = ForwardRecord(
            number=len(self.tunnels) + 1,
            address=address,
            title=title,
            local_host="127.0.0.1",
            local_port=local_port or 40000 + len(self.tunnels),
            remote_port=int(wish.parameters["portNumber"][0]),
            state=SessionState.OPEN,
        )
        self.tunnels.append(Tunnel(self._store, record))
        return self.tunnels[-1]

    async def close_all(self) -> None:
        for shell in self.shells:
            await shell.close()


class Paper:
    """A clipboard."""

    def __init__(self) -> None:
        self.text = "what was there before"

    async def copy(self, text: str) -> bool:
        self.text = text
        return True

    async def read(self) -> str:
        return self.text


class Desks:
    """Desktops that all answer at once. `client` is started for them, `refusal` is instead."""

    def __init__(self) -> None:
        self.board = Paper()
        self.client: Client | None = None
        self.to_lend: Secret | None = None
        self.troubles: tuple[Trouble, ...] = ()
        self.refusal: Trouble | None = None
        self.showings: list[Showing] = []

    async def open(self, forward: Tunnelled, node: Resource) -> Desktop:
        if self.refusal is not None:
            raise self.refusal
        showing = await show(self.client) if self.client is not None else None
        self.showings += [showing] if showing is not None else []
        return Desktop(showing, self.to_lend, self.troubles)


class Backroom:
    """A watcher, an engine and ports; `start` is what the app is given."""

    def __init__(self, store: Store) -> None:
        self.notebook = Notebook()
        self.engine = Echoes(store)
        self.desktops = Desks()
        self.known_ports: tuple[int, ...] = (8080, 9901)
        self.report = CallReport()
        self.trouble: Trouble | None = None
        self.left = False

    async def ports(self, resource: Resource) -> tuple[int, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.known_ports

    @asynccontextmanager
    async def start(self, hurry: Hurry) -> AsyncIterator[Backstage]:
        self.hurry = hurry
        try:
            yield Backstage(
                watcher=self.notebook,
                engine=self.engine,
                ports=self.ports,
                calls=lambda: self.report,
                desktops=self.desktops,
                board=self.desktops.board,
            )
        finally:
            await self.engine.close_all()
            self.left = True
