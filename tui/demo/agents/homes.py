"""Each pretended machine's own home directory, tools and environment, in one private folder."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from tui.demo.machine import Machine

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOST_HOMES = 10_000
"""Beyond it, the home that was made first is shared."""

_TOOLS_WITHOUT_BASH = """
awk base64 basename cat chgrp chmod chown cksum clear cmp cp cut date dd df diff dirname du echo
ed egrep env expr false fgrep find fold free getent grep groups gunzip gzip head hexdump htop id
install ip kill less ln logname ls md5sum mkdir mkfifo mktemp more mount mv nano nc netstat nice
nl nohup nproc od paste pgrep ping pkill printenv printf ps pwd readlink realpath rm rmdir sed seq
setsid sh sha1sum sha256sum sleep sort split ss stat strings stty sum sync tac tail tar tee test
timeout top touch tr true truncate tty uname uniq uptime vi vim watch wc wget which who xargs yes
zcat
"""

_README = """\
{label} on {hostname}
A machine of the Hatchway demo in {region}, account {account}.

The shell is real: it runs on your own computer, with a clean environment
and this home directory, which goes when the demo ends.

Try:  tail -f logs/app.log    vim README    top    stty size    env    exit
{ports}
"""
_RC = """\
{interactive}
  printf '%s\\n' {greeting}
  alias ll='ls -l'
fi
PS1={prompt}
"""
# no test of its own for a shell without a prompt: only interactive ones read these files
_IF_FIRST = 'if [ "${SHLVL:-1}" -le 1 ]; then'
_BASH_PROMPT = r"'{user}@{hostname}:\w{sign} '"
_SH_PROMPT = (
    '\'{user}@{hostname}:$(case $PWD in "$HOME"*) echo "~${{PWD#"$HOME"}}";; *) echo "$PWD";; esac)'
    "{sign} '"
)
_POWERSHELL_PROMPT = r"'PS C:\\Users\\{user}> '"


class Homes:
    """The homes of all machines; nothing is on disk before the first is asked for."""

    def __init__(self) -> None:
        self._root: Path | None = None
        self._homes: dict[str, Path] = {}

    @property
    def root(self) -> Path | None:
        """The private folder (mode 0700), None while nothing needed it."""
        return self._root

    def home(self, machine: Machine) -> Path:
        """The machine's home directory, filled when it is first asked for."""
        made = self._homes.get(machine.target)
        if made is None:
            if len(self._homes) >= MOST_HOMES:
                return next(iter(self._homes.values()))
            made = self._folder() / "homes" / f"{len(self._homes)}-{_plain(machine.hostname)}"
            _furnish(made, machine)
            self._homes[machine.target] = made
        return made

    def environment(self, machine: Machine) -> dict[str, str]:
        """All that a process on the machine sees; nothing of our own environment."""
        home = self.home(machine)
        system = PATH if machine.has_bash else str(self._tools())
        return {
            **machine.environment,
            "PATH": f"{home}/.local/bin:{system}",
            "HOME": str(home),
            "PWD": str(home),
            "ENV": str(home / ".shrc"),
            "SHELL": "/bin/bash" if machine.has_bash else "/bin/sh",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "USER": machine.user,
            "LOGNAME": machine.user,
            "HOSTNAME": machine.hostname,
        }

    def remove(self) -> None:
        """Remove everything."""
        if self._root:
            shutil.rmtree(self._root, ignore_errors=True)
        self._root = None
        self._homes.clear()

    def _folder(self) -> Path:
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="hatchway-demo-"))
        return self._root

    def _tools(self) -> Path:
        """A directory with the usual commands, but no bash."""
        folder = self._folder() / "tools"
        if not folder.is_dir():
            folder.mkdir()
            for name in _TOOLS_WITHOUT_BASH.split():
                if found := shutil.which(name, path=PATH):
                    (folder / name).symlink_to(found)
        return folder


def _plain(name: str) -> str:
    """`name` as part of a path, whatever it holds."""
    return "".join(c if c.isascii() and (c.isalnum() or c == "-") else "_" for c in name)[:60]


def _furnish(home: Path, machine: Machine) -> None:
    """Put into a home what a person may want to find there."""
    bin_folder = home / ".local" / "bin"
    bin_folder.mkdir(parents=True)
    (home / "logs").mkdir()
    texts = {
        "README": _readme(machine),
        "logs/app.log": _log(machine),
        "app.json": _settings(machine.environment),
        ".bashrc": _startup(machine, _bash_prompt(machine)),
        ".shrc": _startup(machine, _sh_prompt(machine)),
        ".hushlogin": "",
    }
    for name, text in texts.items():
        (home / name).write_text(text, encoding="utf-8")
    for name, says in (("hostname", machine.hostname), ("whoami", machine.user)):
        script = bin_folder / name
        script.write_text(f"#!/bin/sh\nprintf '%s\\n' {_quoted(says)}\n", encoding="utf-8")
        script.chmod(0o755)


def _readme(machine: Machine) -> str:
    ports = [
        f"HTTP answers on port {port}: /, /health, /bytes/N, POST /echo"
        for port in machine.http_ports
    ]
    if machine.rdp:
        ports.append("Remote Desktop answers on port 3389 (its first bytes)")
    ports.append("Port 7 echoes, 9 discards, 19 never stops talking")
    return _README.format(
        label=machine.label,
        hostname=machine.hostname,
        region=machine.region,
        account=machine.account,
        ports="\n".join(ports),
    )


def _settings(environment: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(environment.items())), indent=2) + "\n"


def _log(machine: Machine) -> str:
    """Some access log, the same for the same machine each time."""
    dice = sha256(machine.target.encode()).digest() * 8
    paths = ("/health", "/", "/api/orders", "/api/orders/{n}", "/api/customers/{n}", "/metrics")
    lines = []
    for at, roll in enumerate(dice):
        path = paths[roll % len(paths)].replace("{n}", str(1_000 + roll))
        status = 500 if roll > 251 else 404 if roll > 244 else 200
        clock = f"{9 + at // 60:02}:{at % 60:02}:{roll % 60:02}"
        level = "ERROR" if status == 500 else "INFO"
        lines.append(f"{clock} {level:5} GET {path} {status} {roll % 90 + 2} ms")
    return "\n".join(lines) + "\n"


def _startup(machine: Machine, prompt: str) -> str:
    greeting = f"{machine.label} - {machine.hostname} - `cat README` says what to try"
    if machine.system == "windows":
        greeting = (
            f"{machine.label} - {machine.hostname}\n"
            "There is no PowerShell on this computer: in the demo a POSIX shell stands in for it."
        )
    return _RC.format(interactive=_IF_FIRST, greeting=_quoted(greeting), prompt=prompt)


def _bash_prompt(machine: Machine) -> str:
    return _fill(_BASH_PROMPT, machine)


def _sh_prompt(machine: Machine) -> str:
    return _fill(_POWERSHELL_PROMPT if machine.system == "windows" else _SH_PROMPT, machine)


def _fill(prompt: str, machine: Machine) -> str:
    return prompt.format(
        user=_plain(machine.user),
        hostname=_plain(machine.hostname),
        sign="#" if machine.user == "root" else "$",
    )


def _quoted(text: str) -> str:
    """`text` as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
