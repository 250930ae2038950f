"""Where styles, settings, state and logs live."""

from pathlib import Path

import platformdirs

_HERE = Path(__file__).parent
_APP = "hatchway"


def styles() -> Path:
    """The folder of the style sheets, in a wheel, an editable install or a bare checkout."""
    return next(
        d for d in (_HERE / "styles", _HERE.parent / "styles") if (d / "app.tcss").is_file()
    )


def settings_file() -> Path:
    """The settings file of this user; it need not exist."""
    return platformdirs.user_config_path(_APP) / "settings.toml"


def state() -> Path:
    """The folder for what is remembered between runs; made with mode 0700 when first asked for."""
    folder = platformdirs.user_state_path(_APP)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def cache() -> Path:
    """The folder for what can be had again; made with mode 0700 when first asked for."""
    folder = platformdirs.user_cache_path(_APP)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def recordings() -> Path:
    """The folder for recordings that nobody named; made with mode 0700 when first asked for."""
    folder = state() / "recordings"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def log_file() -> Path:
    """The log of the last run; it never holds tokens, credentials or what was typed."""
    return state() / "hatchway.log"
