"""`hatchway exec` and `hatchway session`: one session in the caller's own terminal."""

import json
import os
import select
import stat
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tui import settings as choices
from tui.cli.console import SILENCE_SECONDS, Console, Size, attach
from tui.cli.forward import announce, carry
from tui.cli.interrupts import ctrl_c
from tui.cli.main import complain
from tui.cli.rooms import Rooms, joined
from tui.cli.ssh_proxy import Pipe, said
from tui.cli.targets import resolve
from tui.errors import WrongUse
from tui.model.abilities import SHELL_COMMAND, Ability, shell_wish, target_for
from tui.model.plain import plain
from tui.model.resource import Node
from tui.model.wish import ExecuteCommand, StartSession, Wish
from tui.protocol.events import Opened
from tui.protocol.ports import PORT, port_mode
from tui.sessions.command import Caller, refuse_windows
from tui.sessions.live import Live
from tui.sessions.parting import Ending
from tui.sessions.recording import Recording, in_state_folder
from tui.sessions.wrapping import Manner


async def execute(options: Namespace) -> int:
    """A shell until it ends, or one command and its exit status."""
    _check_target(options)
    settings = choices.load()
    async with joined(options, settings) as rooms:
        wish, title, address = await _wished(rooms, options)
        in_terminal = options.tty or not options.command
        always = settings.record and in_terminal
        with recorded(options.record, address or title, always=always) as recording:
            if options.command:
                return await _command(rooms, wish, options, (title, address), recording)

            async def start(write: Callable[[bytes], None], size: Size | None) -> Live:
                return await rooms.engine.shell(
                    wish, title=title, address=address, size=size, on_output=write
                )

            return _said(await attach(start, recording=recording))


def _check_target(options: Namespace) -> None:
    if options.target and (options.cluster or options.task):
        raise WrongUse("Give a TARGET, or --cluster and --task, not both.")
    if not options.target and not (options.cluster and options.task):
        raise WrongUse("exec needs a TARGET, or --cluster and --task.", "`hatchway ls` lists them.")
    if options.record and options.command and not options.tty:
        raise WrongUse("Only what is in a terminal can be recorded.", "Add --tty.")


async def _wished(rooms: Rooms, options: Namespace) -> tuple[Wish, str, str]:
    """What to ask of AWS, how to call it, and its address in the tree."""
    if not options.target:
        wish = ExecuteCommand(
            region=options.region,
            cluster=options.cluster,
            task=options.task,
            container=options.container,
            command=SHELL_COMMAND,
        )
        return wish, options.container or options.task, ""
    named = await resolve(rooms, options.target)
    target = target_for(rooms.store, named, Ability.SHELL)
    refuse_windows(windows=bool(options.command) and isinstance(target, Node) and target.is_windows)
    return shell_wish(target), target.name, target.address


async def _command(
    rooms: Rooms,
    wish: Wish,
    options: Namespace,
    names: tuple[str, str],
    recording: Recording | None,
) -> int:
    """One command; its exit status is ours."""
    manner, stdin = source(options)
    console = Console(stdin, recording=recording)
    title, address = names
    command = await rooms.engine.command(
        wish,
        options.command,
        title=title,
        address=address,
        caller=Caller(manner, console.size),
        on_output=console.write,
        on_stderr=console.write_error,
    )
    # in a raw terminal Ctrl-C is a key like any other
    with nullcontext() if manner is Manner.TERMINAL else ctrl_c(command):
        await console.run(command.live, command)
        return await command.wait()


def source(options: Namespace, fd: int = 0) -> tuple[Manner, int | None]:
    """Where a command's input comes from, and the descriptor to read it from, if any.

    What is typed at a terminal goes nowhere without `--tty`. A pipe that is at its end already,
    an empty file and /dev/null are no input: on nodes that leaves standard error apart.
    """
    if options.tty:
        return Manner.TERMINAL, fd
    if options.no_stdin or not _has_input(fd):
        return Manner.ALONE, None
    return Manner.INPUT, fd


def _has_input(fd: int) -> bool:
    try:
        found = os.fstat(fd)
        if os.isatty(fd):
            return False
        if stat.S_ISREG(found.st_mode):
            return os.lseek(fd, 0, os.SEEK_CUR) < found.st_size
        if stat.S_ISCHR(found.st_mode):
            return found.st_rdev != Path(os.devnull).stat().st_rdev
    except OSError:
        return False
    if sys.platform == "win32":
        return False  # sessions in a terminal are refused there anyway
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    return not any(
        what & ~select.POLLIN and not what & select.POLLIN for _, what in waiting.poll(0)
    )


@contextmanager
def recorded(file: str, title: str, *, always: bool) -> Iterator[Recording | None]:
    """A recording to `file`, or of the settings' wish to the state folder; none without either.

    At its end stderr says where it is.
    """
    if not file and not always:
        yield None
        return
    recording = Recording.begin(
        Path(file) if file else in_state_folder(title),
        title=title,
        size=_terminal_size(),
        on_trouble=complain,
    )
    try:
        yield recording
    finally:
        if recording.close():
            sys.stderr.write(f"hatchway: recorded to {plain(str(recording.path))}\n")


async def session(options: Namespace) -> int:
    """Any session document, as `aws ssm start-session` runs it; no tree and no look-up is needed.

    A port document opens the local port that its parameters name, until Ctrl-C.
    """
    wish = StartSession(
        region=options.region,
        target=options.target,
        document=options.document,
        parameters=parameters(options.parameters),
        reason=options.reason,
    )
    settings = choices.load()
    async with joined(options, settings) as rooms:
        early = bytearray()
        live = await rooms.engine.session(
            wish,
            title=options.target,
            size=_terminal_size(),
            on_output=early.extend,
            on_stderr=early.extend,
        )
        opened = await live.opened(SILENCE_SECONDS)
        if opened is not None and opened.session_type == PORT:
            if options.record:
                raise WrongUse("A port session has nothing to record.")
            return await _port(rooms, live, opened, bytes(early))
        with recorded(options.record, options.target, always=settings.record) as recording:
            console = Console(recording=recording)
            console.write(bytes(early))
            live.listeners.output = live.listeners.stderr = console.write
            return _said(await console.run(live))


async def _port(rooms: Rooms, live: Live, opened: Opened, early: bytes) -> int:
    """A port document: a local port, a unix socket, or (as for ssh) our own input and output."""
    properties = opened.properties
    if port_mode(opened.agent_version, opened.session_type, properties) == "stdio":
        pipe = Pipe()
        pipe.write(early)
        live.listeners.output = pipe.write
        return said(await pipe.run(live), _number(properties.get("portNumber")))
    forward = await rooms.engine.serve(
        live,
        local_port=_number(properties.get("localPortNumber")),
        local_path=_socket_path(live.wish, properties),
        early=early,
    )
    target = forward.record.remote_host or forward.record.title
    announce(forward, f"{target}:{forward.record.remote_port}")
    return await carry([forward])


def _number(text: object) -> int:
    wanted = str(text or "0")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 5 else 0


def _socket_path(wish: Wish, properties: Mapping[str, object]) -> str:
    """The unix socket that a document listens on. Only what the person names is made: the far
    side has no say in which files there are here."""
    if properties.get("localConnectionType") != "unix":
        return ""
    given = wish.parameters.get("localUnixSocket", ()) if isinstance(wish, StartSession) else ()
    for path in given:
        return path
    raise WrongUse(
        "The document listens on a unix socket.",
        'Say on which: --parameters {"localUnixSocket": ["PATH"], …}',
    )


def parameters(text: str) -> dict[str, list[str]]:
    """Reads `--parameters`: a JSON object of strings or lists of strings.

    Raises WrongUse that says what is wrong with it.
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        raise WrongUse(f"--parameters is not JSON: {error}.", _LIKE) from error
    if not isinstance(given, dict):
        raise WrongUse("--parameters is not a JSON object.", _LIKE)
    return {name: _texts(name, value) for name, value in given.items()}


_LIKE = 'Write it like {"portNumber": ["80"], "localPortNumber": ["8080"]}.'


def _texts(name: str, value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in values):
        raise WrongUse(f"--parameters: {name} is not a list of strings.", _LIKE)
    return [str(one) for one in values]


def _terminal_size() -> Size | None:
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return None
    return columns, rows


def _said(ending: Ending) -> int:
    """The exit status of a shell that ended; what ended it is said on stderr."""
    if ending.trouble:
        raise ending.trouble
    if ending.reason:
        sys.stderr.write(f"hatchway: {plain(ending.reason)}\n")
    if ending.exit_code is not None:
        return ending.exit_code
    return 0 if ending.clean else 1
