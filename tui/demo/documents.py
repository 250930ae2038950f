"""The session documents: what StartSession's name and parameters ask the agent to do."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.demo.faults import Fault, InvalidDocument
from tui.protocol.handshake import INTERACTIVE, NON_INTERACTIVE, SHELL
from tui.protocol.ports import FORWARDING, PORT

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shell:
    """The login shell in a pseudo-terminal."""

    session_type = SHELL


@dataclass(frozen=True, slots=True)
class Interactive:
    """One command in a pseudo-terminal."""

    command: str
    direct: bool = False
    """Split and executed as it is, which is ECS Exec's way; otherwise handed to `sh -c`."""
    session_type = INTERACTIVE


@dataclass(frozen=True, slots=True)
class NonInteractive:
    """One command without a terminal and without input, split and executed as it is."""

    command: str
    separate: bool = False
    """Standard output, standard error and the exit status apart, and live."""
    output_prefix: str = ""
    error_prefix: str = ""
    session_type = NON_INTERACTIVE


@dataclass(frozen=True, slots=True)
class Port:
    """A tunnel to a port of the machine, or of a host that the machine reaches."""

    port: int
    host: str = ""
    """Empty for the machine itself."""
    forwards: bool = True
    """Local port forwarding; False for the plain tunnel of AWS-StartSSHSession."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """As the handshake hands them to the client."""
    session_type = PORT


Job = Shell | Interactive | NonInteractive | Port


@dataclass(frozen=True, slots=True)
class _Field:
    """One parameter: what it must look like, and its default; None when it must be given."""

    pattern: re.Pattern[str]
    default: str | None = None


_ANY = re.compile(r"(?s).{1,8192}")
_PORT = re.compile(r"[0-9]{1,5}")
_HOST = re.compile(r"[0-9A-Za-z.:_\-]{3,255}")
_BOOLEAN = re.compile(r"[Tt]rue|[Ff]alse")
_PREFIX = re.compile(r"[0-9a-zA-Z\r\n_:\-]{0,30}")
_PATH = re.compile(r"[^\0]{1,104}")


def _shell(_: Parameters) -> Job:
    return Shell()


def _interactive(given: Parameters) -> Job:
    return Interactive(given["command"])


def _non_interactive(given: Parameters) -> Job:
    return NonInteractive(
        given["command"],
        separate=given["separateOutputStream"].lower() == "true",
        output_prefix=given["stdOutSeparatorPrefix"],
        error_prefix=given["stdErrSeparatorPrefix"],
    )


def _forward(given: Parameters) -> Job:
    properties = dict(sorted({**given, "type": FORWARDING}.items()))
    return Port(int(given["portNumber"]), host=given.get("host", ""), properties=properties)


def _socket(given: Parameters) -> Job:
    return _forward({**given, "localConnectionType": "unix"})


def _ssh(given: Parameters) -> Job:
    return Port(int(given["portNumber"]), forwards=False, properties=dict(given))


_LOCAL = _Field(_PORT, "0")
_DOCUMENTS: Mapping[str, tuple[Callable[[Parameters], Job], Mapping[str, _Field]]] = (
    MappingProxyType(
        {
            "": (_shell, {}),
            "SSM-SessionManagerRunShell": (_shell, {}),
            "AWS-StartInteractiveCommand": (_interactive, {"command": _Field(_ANY)}),
            "AWS-StartNonInteractiveCommand": (
                _non_interactive,
                {
                    "command": _Field(_ANY),
                    "separateOutputStream": _Field(_BOOLEAN, "False"),
                    "stdOutSeparatorPrefix": _Field(_PREFIX, ""),
                    "stdErrSeparatorPrefix": _Field(_PREFIX, ""),
                },
            ),
            "AWS-StartPortForwardingSession": (
                _forward,
                {"portNumber": _Field(_PORT, "80"), "localPortNumber": _LOCAL},
            ),
            "AWS-StartPortForwardingSessionToRemoteHost": (
                _forward,
                {"host": _Field(_HOST), "portNumber": _Field(_PORT), "localPortNumber": _LOCAL},
            ),
            "AWS-StartPortForwardingSessionToSocket": (
                _socket,
                {"portNumber": _Field(_PORT), "localUnixSocket": _Field(_PATH)},
            ),
            "AWS-StartSSHSession": (_ssh, {"portNumber": _Field(_PORT, "22")}),
        }
    )
)


KNOWN = frozenset(_DOCUMENTS) - {""}
"""The names of all documents."""


def session_type(document: str) -> str:
    """What kind of session a known document starts."""
    if document.startswith("AWS-StartPortForwarding") or document == "AWS-StartSSHSession":
        return PORT
    kinds = {"AWS-StartInteractiveCommand": INTERACTIVE}
    return kinds.get(document, NON_INTERACTIVE if "NonInteractive" in document else SHELL)


def read(document: str, parameters: Mapping[str, Sequence[str]]) -> Job:
    """What `document` asks for; its name may be an ARN.

    Raises InvalidDocument for a name that nobody knows and Fault InvalidParameters for parameters
    that are missing, unknown or malformed.
    """
    known = _DOCUMENTS.get(document.rpartition("/")[2])
    if known is None:
        raise InvalidDocument(f"Document with name {document} does not exist.")
    build, fields = known
    unknown = sorted(parameters.keys() - fields.keys())
    if unknown:
        raise _invalid(f"Parameters [{', '.join(unknown)}] are not defined in document {document}.")
    return build({name: _value(name, parameters.get(name), at) for name, at in fields.items()})


def _value(name: str, given: Sequence[str] | None, at: _Field) -> str:
    """The value of one parameter, checked."""
    if given is None:
        if at.default is None:
            raise _invalid(f"Parameter {name} is required but was not given.")
        return at.default
    value = given[0] if len(given) == 1 else None
    if value is None or not at.pattern.fullmatch(value) or not _fits(value, at):
        raise _invalid(f"Parameter {name} has a value that the document does not allow.")
    return value


def _fits(value: str, at: _Field) -> bool:
    """Port numbers end at 65535, and 0 means "any" only where that is the default."""
    return at.pattern is not _PORT or (at.default != "0") <= int(value) <= 65_535


def _invalid(message: str) -> Fault:
    return Fault("InvalidParameters", message)
