"""Every choice with its default: from the settings file, then the environment, then flags.

The file is TOML, read from the user's configuration folder (`hatchway --help` names it). A choice
that does not exist or has the wrong type is an error that says so: a settings file is input too.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from tui import paths
from tui.errors import WrongSettings

ENGINES = ("native", "plugin")
"""Who can carry sessions."""

_FILE_LIMIT = 1 << 20
_CHOICES = {"engine": ENGINES}
"""Strings that are not free."""
_SWITCHES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
"""How an environment variable says yes and no."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose."""

    theme: str = "hatchway"
    """The name of a theme: Hatchway's own, or one of Textual's."""
    prefix: str = "ctrl+]"
    """The key that leaves a terminal; pressed twice it goes to the remote side."""
    second_prefix: str = "f12"
    """A second way, for keyboards where the first is hard to type."""
    scrollback: int = 2000
    """Lines kept above each terminal's screen."""
    engine: str = "native"
    """Who carries shells and forwards: `native`, or AWS's `plugin`."""
    record: bool = False
    """Whether every shell is recorded, to the folder for recordings."""
    remember: bool = True
    """Whether the fleet is remembered, in the cache folder, and shown at once at the next start."""
    profiles: tuple[str, ...] = ()
    """The profiles to show; all of the AWS configuration when empty."""
    regions: tuple[str, ...] = ()
    """The regions to show; those in use when empty."""
    org_nodes: str = ""
    """`ACCOUNT/REGION` from which Systems Manager lists the nodes of a whole organization; each
    region is asked by itself when empty."""
    queues: tuple[str, ...] = ()
    """`ACCOUNT/REGION=QUEUE_URL`: where an EventBridge rule puts ECS's events."""
    rdp_client: str = ""
    """The command of a Remote Desktop client, with {address}, {host}, {port} and {user} in it;
    `none` for none; the one that is installed when empty."""
    rdp_user: str = "Administrator"
    """Who logs in to Windows."""
    rdp_key: str = ""
    """The key file that opens the passwords of Windows instances; empty for no passwords."""


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this user.

    `HATCHWAY_<NAME>` in the environment overrides the file; lists are separated by commas there.
    Raises WrongSettings that names the file or variable and what is wrong with it.
    """
    file = file or paths.settings_file()
    environ = os.environ if environ is None else environ
    chosen = _checked(_read(file), str(file))
    return replace(Settings(), **(chosen | _checked(_from_environment(environ), "the environment")))


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            text = opened.read(_FILE_LIMIT + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WrongSettings(f"{file} cannot be read: {error.strerror}.") from error
    if len(text) > _FILE_LIMIT:
        raise WrongSettings(f"{file} is larger than 1 MiB.", "It should hold only settings.")
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings(
            f"{file} is not TOML: {error}.", "Mend that line, or remove it."
        ) from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for field in fields(Settings):
        text = environ.get(f"HATCHWAY_{field.name.upper()}", "")
        if not text:
            continue
        default = field.default
        if isinstance(default, tuple):
            given[field.name] = [part.strip() for part in text.split(",") if part.strip()]
        elif isinstance(default, bool):
            given[field.name] = _SWITCHES.get(text.lower(), text)
        elif isinstance(default, int):
            given[field.name] = int(text) if text.isdecimal() else text
        else:
            given[field.name] = text
    return given


def _checked(chosen: Mapping[str, Any], source: str) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(Settings)}
    checked: dict[str, Any] = {}
    for name, value in chosen.items():
        if name not in defaults:
            near = difflib.get_close_matches(name, defaults, n=1)
            raise WrongSettings(
                f"{source} sets “{name}”, which does not exist.",
                f"Did you mean “{near[0]}”?" if near else f"There is: {', '.join(defaults)}.",
            )
        checked[name] = _typed(name, value, defaults[name], source)
    return checked


def _typed(name: str, value: object, default: object, source: str) -> object:
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        wanted = "a list of strings"
    elif isinstance(default, bool):
        if isinstance(value, bool):
            return value
        wanted = "true or false"
    elif isinstance(default, int):
        if type(value) is int and 0 <= value <= 1_000_000:
            return value
        wanted = "a whole number from 0 to 1000000"
    else:
        choices = _CHOICES.get(name, (value,))
        if isinstance(value, str) and value and value in choices:
            return value
        wanted = " or ".join(_CHOICES.get(name, ("a string",)))
    raise WrongSettings(f"{source} sets {name} to {value!r}.", f"It takes {wanted}.")
