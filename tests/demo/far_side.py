"""What the gateway's tests stand on: a served gateway, and a client made of `tui.protocol`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tui.demo.behaviour import Behaviour
from tui.demo.gateway import ROUTE, DecryptFor, Gateway, Issued, no_kms
from tui.demo.machine import Machine
from tui.protocol.channel import Channel
from tui.protocol.events import Closed, Event, ExitCode, FlagReceived, Output, Stderr
from tui.protocol.message import Flag
from tui.protocol.mux import Data, Finished, Mux

NODE = Machine(
    target="i-0123456789abcdef0",
    account="111122223333",
    region="eu-west-1",
    system="linux",
    hostname="ip-10-0-12-34",
    label="Amazon Linux 2023",
    user="ssm-user",
    environment={"AWS_REGION": "eu-west-1"},
    has_bash=True,
    http_ports=(8080,),
    rdp=False,
)
OTHER = replace(NODE, target="i-0aaaaaaaaaaaaaaaa", hostname="ip-10-0-99-1", http_ports=(80,))
SMALL = replace(
    NODE,
    target="ecs:payments_3f2a91_3f2a91-123",
    hostname="ip-10-0-7-7",
    label="payments/api:1.4",
    user="root",
    environment={"AWS_REGION": "eu-west-1", "APP": 'it\'s "quoted"'},
    has_bash=False,
)
WINDOWS = replace(
    NODE,
    target="mi-0fedcba9876543210",
    system="windows",
    hostname="WIN-3F2A91",
    label="Windows Server 2022",
    has_bash=False,
    rdp=True,
)
MACHINES = (NODE, OTHER, SMALL, WINDOWS)
OWNER = "arn:aws:sts::111122223333:assumed-role/Admin/ada"
AT_ONCE = Behaviour(start_delay=0.0, linger=0.5)
FORWARD = "AWS-StartPortForwardingSession"


class FarSide:
    """A gateway behind a real HTTP server."""

    def __init__(self, gateway: Gateway, http: aiohttp.ClientSession) -> None:
        self.gateway = gateway
        self.http = http

    def start(
        self,
        document: str = "",
        machine: Machine = NODE,
        ecs_command: str | None = None,
        **parameters: str,
    ) -> Issued:
        """A new session; each parameter has one value."""
        values: Mapping[str, Sequence[str]] = {name: [v] for name, v in parameters.items()}
        return self.gateway.start(
            machine=machine,
            document=document,
            parameters=values,
            owner=OWNER,
            reason="a test",
            command=ecs_command,
        )

    async def client(
        self,
        document: str = "",
        machine: Machine = NODE,
        ecs_command: str | None = None,
        **parameters: str,
    ) -> "Client":
        """A client of a new session."""
        issued = self.start(document, machine, ecs_command, **parameters)
        client = Client(self.http, issued)
        await client.dial()
        return client

    def status(self, session_id: str) -> str:
        """The state that DescribeSessions would tell."""
        rows = [
            row
            for active in (True, False)
            for row in self.gateway.sessions(NODE.account, NODE.region, active=active)
        ]
        return next(row.status for row in rows if row.session_id == session_id)

    async def becomes(self, session_id: str, status: str) -> None:
        """Wait until a session has a state."""
        async with asyncio.timeout(10):
            for _ in iter(lambda: self.status(session_id) == status, True):
                await asyncio.sleep(0.01)


@asynccontextmanager
async def far_side(
    behaviour: Behaviour = AT_ONCE, decrypt: DecryptFor = no_kms
) -> AsyncIterator[FarSide]:
    """A gateway that serves MACHINES."""
    app = web.Application()
    server = TestServer(app)

    def find(account: str, region: str, name: str) -> Machine | None:
        if (account, region) != (NODE.account, NODE.region):
            return None
        return next((m for m in MACHINES if name in (m.target, m.hostname)), None)

    gateway = Gateway(
        base_url=lambda: f"ws://127.0.0.1:{server.port}",
        find=find,
        clock=time.time,
        behaviour=behaviour,
        decrypt=decrypt,
    )
    app.router.add_get(ROUTE, gateway.handle)
    async with aiohttp.ClientSession() as http, gateway:
        await server.start_server()
        try:
            yield FarSide(gateway, http)
        finally:
            await gateway.close()
            await server.close()


class Client:
    """A client that follows the protocol, driven by hand: it does something in `until` only."""

    def __init__(self, http: aiohttp.ClientSession, issued: Issued) -> None:
        self.session_id = issued.session_id
        self.output = bytearray()
        self.errors = bytearray()
        self.events: list[Event] = []
        self.closed: str | None = None
        self._http = http
        self._url = issued.stream_url
        self.channel = Channel(token=issued.token)
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    @property
    def socket(self) -> aiohttp.ClientWebSocketResponse:
        """The websocket of now."""
        assert self._socket is not None
        return self._socket

    async def dial(self, token: str = "") -> None:
        """Connect; with a token from ResumeSession, go on where the last connection ended."""
        opening = json.loads(self.channel.open())
        if token:
            opening["TokenValue"] = token
        self._socket = await self._http.ws_connect(self._url, max_msg_size=1 << 20)
        await self.socket.send_json(opening)

    def send(self, data: bytes) -> None:
        self.channel.send(data, now(), date_ms())

    def size(self, cols: int, rows: int) -> None:
        self.channel.send_size(cols, rows, now(), date_ms())

    def flag(self, flag: Flag) -> None:
        self.channel.send_flag(flag, now(), date_ms())

    async def until(self, done: Callable[[], object], seconds: float = 20.0) -> None:
        """Take part in the session until something is so."""
        async with asyncio.timeout(seconds):
            while not done():
                await self.step()

    async def says(self, text: bytes) -> bytes:
        """Take part until the output contains a text; returns and forgets all output."""
        await self.until(lambda: text in self.output or self.closed is not None)
        assert text in self.output, (bytes(self.output[-300:]), self.closed)
        said = bytes(self.output)
        self.output.clear()
        return said

    async def ends(self) -> str:
        """Take part until the session is over; why it is."""
        await self.until(lambda: self.closed is not None)
        return self.closed or ""

    async def step(self) -> None:
        """Send what waits, and take one message if there is one soon."""
        self.channel.tick(now())
        with suppress(ConnectionError):
            for frame in self.channel.take():
                await self.socket.send_bytes(frame)
        try:
            async with asyncio.timeout(0.05):
                message = await self.socket.receive()
        except TimeoutError:
            return
        if message.type is aiohttp.WSMsgType.BINARY:
            for event in self.channel.feed(message.data, now(), date_ms()):
                self._note(event)
        else:
            raise ConnectionError(f"{message.type.name} {message.data}")

    def _note(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case Output(data):
                self.output += data
            case Stderr(data):
                self.errors += data
            case Closed(reason):
                self.closed = reason

    @property
    def exit_code(self) -> int | None:
        return next((e.code for e in self.events if isinstance(e, ExitCode)), None)

    @property
    def flags(self) -> list[int]:
        return [e.flag for e in self.events if isinstance(e, FlagReceived)]


class Tunnels:
    """The client's end of a multiplexed port session."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.mux = Mux(client=True)
        self.received: dict[int, bytearray] = {}
        self.finished: set[int] = set()

    def open(self, data: bytes = b"") -> int:
        stream = self.mux.open()
        self.received[stream] = bytearray()
        self.send(stream, data)
        return stream

    def send(self, stream: int, data: bytes) -> None:
        self.mux.send(stream, data)

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not done():
                self._exchange()
                await self.client.step()
                self._exchange()

    def _exchange(self) -> None:
        if self.mux.pending and self.client.channel.unacked_bytes < 1 << 20:
            self.client.send(self.mux.take())
        arrived, self.client.output = bytes(self.client.output), bytearray()
        for event in self.mux.feed(arrived):
            match event:
                case Data(stream, data):
                    self.received[stream] += data
                case Finished(stream):
                    self.finished.add(stream)


def now() -> float:
    return asyncio.get_running_loop().time()


def date_ms() -> int:
    return int(time.time() * 1000)
