"""Programs that call themselves session-manager-plugin: real clients, written with our libraries.

Each is a script in a directory of its own, which a test puts on PATH.
"""

import stat
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "session-manager-plugin"

_HONEST = """
import asyncio, json, os, signal, sys

if sys.argv[1:] == ["--version"]:
    print(VERSION)
    sys.exit()

sys.path.insert(0, ROOT)
from tui.model.store import Store
from tui.model.wish import StartSession, Ticket
from tui.sessions.engine import Engine

answer, region, operation, profile, request, endpoint = sys.argv[1:]
assert (answer, operation) == ("AWS_SSM_START_SESSION_RESPONSE", "StartSession")
assert os.environ.get("AWS_PROFILE", "") == profile and endpoint.startswith("http")
session = json.loads(os.environ.pop(answer))
assert session["TokenValue"] not in "".join(sys.argv)


class Given:
    async def open(self, wish):
        return Ticket(
            session_id=session["SessionId"],
            stream_url=session["StreamUrl"],
            token=session["TokenValue"],
            account="",
            region=region,
            target=wish.target,
            loopback_allowed=True,
        )

    async def terminate(self, ticket):
        pass


def say(text):
    os.write(1, text.encode())


def write(data):
    os.write(1, data)


async def main():
    say(f"\\nStarting session with SessionId: {session['SessionId']}\\n")
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, over.set)
    async with Engine(Store(), Given()) as engine:
        heard = bytearray()
        wish = StartSession(target=json.loads(request)["Target"])
        live = await engine.session(wish, title="", on_output=heard.extend)
        opened = await live.opened()
        if opened.session_type == "Port":
            local = int(opened.properties.get("localPortNumber") or 0)
            forward = await engine.serve(live, local_port=local)
            say(f"Port {forward.port} opened for sessionId {session['SessionId']}.")
            say("\\nWaiting for connections...\\n")
            async with asyncio.TaskGroup() as group:
                ends = {group.create_task(over.wait()), group.create_task(live.wait())}
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                say("Terminate signal received, exiting.\\n")
                for end in ends:
                    end.cancel()
        else:
            write(bytes(heard))
            live.listeners.output = live.listeners.stderr = write
            for number in SIGNALS:
                loop.add_signal_handler(number, live.send, b"\\x03")
            loop.add_reader(0, lambda: live.send(os.read(0, 1024)))
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(look(live))
                await live.wait()
                looking.cancel()
        say(f"\\n\\nExiting session with sessionId: {session['SessionId']}.\\n\\n")


async def look(live):
    before = None
    while True:
        size = os.get_terminal_size(1)
        if size != before:
            before = size
            live.resize(*size)
        await asyncio.sleep(0.05)


asyncio.run(main())
"""

_REFUSING = """
import sys
if sys.argv[1:] == ["--version"]:
    print(VERSION)
else:
    print("\\nStarting session with SessionId: s\\nCannot perform start session: EOF")
"""

_SILENT = """
import sys
if sys.argv[1:] == ["--version"]:
    print(VERSION)
"""

_DEAF = """
import signal
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
"""

_STUCK = """
import signal
signal.pause()
"""


def _write(folder: Path, text: str, version: str = "1.2.814.0", signals: str = "(2,)") -> None:
    head = f"#!{sys.executable}\nVERSION, ROOT, SIGNALS = {version!r}, {str(ROOT)!r}, {signals}\n"
    file = folder / NAME
    file.write_text(head + text)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def honest(folder: Path, version: str = "1.2.814.0") -> None:
    """Carries shells and ports, and ends a port session on SIGINT."""
    _write(folder, _HONEST, version)


def deaf(folder: Path) -> None:
    """As `honest`, and no signal but SIGKILL ends it."""
    _write(folder, _DEAF + _HONEST, signals="()")


def refusing(folder: Path) -> None:
    """Cannot open the session, and exits with 0, as the real one does."""
    _write(folder, _REFUSING)


def silent(folder: Path) -> None:
    """Exits at once without a word."""
    _write(folder, _SILENT)


def stuck(folder: Path) -> None:
    """Does not even tell its version."""
    _write(folder, _STUCK)
