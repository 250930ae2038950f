"""What can be said on the command line."""

import argparse
import importlib.metadata
from collections.abc import Sequence

from tui import paths
from tui.errors import WrongUse
from tui.settings import ENGINES

_EPILOG = """\
A TARGET is an address of the tree such as prod/eu-west-1/payments/api/3f2a91/app, or any clear
part of one: payments/api, 3f2a, i-0abc. `hatchway ls` lists them.

Exit status: 0 done; the remote command's own status for exec -- CMD; 1 failed; 2 wrong use or
settings; 130 interrupted.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong by the one road that all errors take."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raises WrongUse; argparse would print and exit by itself."""
        raise WrongUse(f"{message[:1].upper()}{message[1:]}.", f"Try: {self.prog} --help")


def _is_between(text: str, most: int) -> bool:
    """Whether `text` is a whole number from 1 to `most`, in ASCII digits."""
    return text.isascii() and text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= most


def port(text: str) -> int:
    """A TCP port, 1 to 65535."""
    if not _is_between(text, 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def local_port(text: str) -> int:
    """A TCP port to listen on; 0 is any free one."""
    return 0 if text == "0" else port(text)


def count(text: str) -> int:
    """A whole number from 1 to ten million."""
    if not _is_between(text, 10_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 10000000")
    return int(text)


def share(text: str) -> float:
    """A part of a whole, or some times it: more than 0, up to 100."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0, up to 100")
    return found


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The flags and words of `arguments`; a word list after `--` is in `command`.

    Raises WrongUse for what makes no sense. `--help` and `--version` print and exit.
    """
    words = list(arguments)
    command: list[str] = []
    if "--" in words:
        at = words.index("--")
        words, command = words[:at], words[at + 1 :]
    # not set_defaults: argparse would let a verb's defaults undo what was said before the verb
    options = argparse.Namespace(profile="", region="", endpoint_url="", engine="")
    _parser().parse_args(words, options)
    options.verb = options.verb or ""
    if command and options.verb != "exec":
        raise WrongUse("A command after -- belongs to exec.", "hatchway exec TARGET -- CMD")
    options.command = command
    return options


def _common() -> _Parser:
    """The flags that every verb takes, before it or after it."""
    common = _Parser(add_help=False)
    group = common.add_argument_group("where")
    missing = argparse.SUPPRESS
    group.add_argument("--profile", default=missing, help="the AWS profile to use")
    group.add_argument("--region", default=missing, help="the AWS region to use")
    group.add_argument(
        "--endpoint-url", default=missing, metavar="URL", help="instead of AWS's own endpoints"
    )
    group.add_argument(
        "--engine",
        choices=ENGINES,
        default=missing,
        help="who carries shells and forwards: Hatchway, or AWS's session-manager-plugin",
    )
    return common


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = _Parser(
        prog="hatchway",
        parents=[common],
        description="A terminal session browser for AWS. Without a verb: the browser.",
        epilog=f"{_EPILOG}\nSettings: {paths.settings_file()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = importlib.metadata.version("hatchway")
    parser.add_argument("--version", action="version", version=f"hatchway {version}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    _demo(verbs.add_parser("demo", parents=[common], help="the browser on an embedded AWS"))
    _ls(verbs.add_parser("ls", parents=[common], help="the tree as text or JSON lines"))
    _exec(verbs.add_parser("exec", parents=[common], help="a shell, or one command, in TARGET"))
    _forward(verbs.add_parser("forward", parents=[common], help="local ports that lead to TARGET"))
    _rdp(verbs.add_parser("rdp", parents=[common], help="the desktop of a Windows node"))
    _ssh_proxy(verbs.add_parser("ssh-proxy", parents=[common], help="for ssh's ProxyCommand"))
    _session(verbs.add_parser("session", parents=[common], help="any Session Manager document"))
    _sessions(verbs.add_parser("sessions", parents=[common], help="who has sessions open; end one"))
    return parser


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fleet", type=count, metavar="N", help="about N containers")
    parser.add_argument("--serve", action="store_true", help="only the AWS, for other clients")
    parser.add_argument(
        "--port", type=port, default=0, help="where to serve; any free port if not given"
    )
    parser.add_argument("--seed", type=int, help="another number, another fleet")
    parser.add_argument("--handshake", action="store_true", help=argparse.SUPPRESS)
    # for tests with a real Remote Desktop server: see tests/rdp
    parser.add_argument("--rdp-port", type=port, default=0, help=argparse.SUPPRESS)
    # for benchmarks: an AWS that allows this share of its published rates
    parser.add_argument("--rates", type=share, default=0.0, help=argparse.SUPPRESS)


def _ls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("filter", nargs="*", metavar="FILTER", help="words; !word for without")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _exec(parser: argparse.ArgumentParser) -> None:
    parser.usage = (
        "hatchway exec TARGET [--record FILE] [--tty | --no-stdin] [-- CMD …]\n"
        "       hatchway exec --cluster C --task T [--container N] … [-- CMD …]"
    )
    parser.add_argument("target", nargs="?", metavar="TARGET")
    parser.add_argument("--cluster", default="", help="with --task: no tree is needed")
    parser.add_argument("--task", default="")
    parser.add_argument("--container", default="")
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--tty", action="store_true", help="CMD gets this terminal, keys and all")
    given.add_argument(
        "-n", "--no-stdin", action="store_true", help="CMD gets no input; on nodes stderr is apart"
    )
    _record(parser)


def _record(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record", default="", metavar="FILE", help="record the terminal for asciinema"
    )


def _forward(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument(
        "ports",
        nargs="+",
        metavar="[LOCAL:]PORT",
        help="or LOCAL:HOST:PORT; LOCAL is a port, 0 for any, or unix:PATH",
    )


def _ssh_proxy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="i-…, mi-… or an address of the tree")
    parser.add_argument("port", nargs="?", type=port, default=22, metavar="PORT")


def _rdp(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument(
        "--no-launch", action="store_true", help="only the tunnel: print its address, until Ctrl-C"
    )
    parser.add_argument(
        "--user", default="", metavar="NAME", help="who logs in (setting rdp_user: Administrator)"
    )
    parser.add_argument(
        "--key",
        default="",
        metavar="FILE",
        help="opens the first password of an EC2 instance (setting rdp_key)",
    )


def _sessions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--kill", default="", metavar="ID", help="terminate that session")
    parser.add_argument("--force", action="store_true", help="with --kill: somebody else's, too")


def _session(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", help="i-…, mi-… or ecs:<cluster>_<task>_<id>")
    parser.add_argument("--document", default="", metavar="NAME")
    parser.add_argument(
        "--parameters", default="{}", metavar="JSON", help='such as {"portNumber": ["80"]}'
    )
    parser.add_argument("--reason", default="")
    _record(parser)
