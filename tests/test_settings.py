from pathlib import Path

import pytest

from tui import settings
from tui.errors import WrongSettings
from tui.settings import Settings


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    return file


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.toml", {}) == Settings()


def test_the_file_is_obeyed_and_the_environment_is_stronger(tmp_path: Path) -> None:
    file = written(tmp_path, 'theme = "nord"\nscrollback = 10\nregions = ["eu-west-1"]\n')
    assert settings.load(file, {"HATCHWAY_THEME": "dracula", "HATCHWAY_PROFILES": "a, b"}) == (
        Settings(theme="dracula", scrollback=10, regions=("eu-west-1",), profiles=("a", "b"))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = 3", "It takes a string"),
        ("scrollback = -1", "a whole number"),
        ("scrollback = true", "a whole number"),
        ("regions = 'eu-west-1'", "a list of strings"),
        ("regions = [1]", "a list of strings"),
        ("themes = 'nord'", "Did you mean “theme”?"),
        ("zzz = 1", "There is: theme"),
        ("engine = 'putty'", "It takes native or plugin"),
        ("= 1", "is not TOML"),
    ],
)
def test_a_wrong_choice_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WrongSettings, match=r"settings\.toml") as raised:
        settings.load(written(tmp_path, text), {})
    assert said in str(raised.value)


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(WrongSettings, match="the environment sets scrollback to 'many'"):
        settings.load(Path("none.toml"), {"HATCHWAY_SCROLLBACK": "many"})


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="cannot be read"):
        settings.load(tmp_path, {})
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * (1 << 20) + b"##")
    with pytest.raises(WrongSettings, match="larger than 1 MiB"):
        settings.load(big, {})
    big.write_bytes(b"\xff\xfe")
    with pytest.raises(WrongSettings, match="is not TOML"):
        settings.load(big, {})
