"""The pictures of the README show the program as it is: drawn again, they are the same."""

from pathlib import Path

import pytest

from tests.journeys.pictures import GOLDEN, draw


@pytest.mark.timeout(150)
def test_the_pictures_show_the_program_as_it_is(tmp_path: Path) -> None:
    draw(tmp_path)
    drawn = {file.name: file.read_bytes() for file in tmp_path.glob("*.svg")}
    golden = {file.name: file.read_bytes() for file in GOLDEN.glob("*.svg")}
    assert sorted(drawn) == sorted(golden), "run `make screenshots`"
    different = [name for name in drawn if drawn[name] != golden[name]]
    assert not different, "look whether that is meant; if so, run `make screenshots`"


def test_the_readme_shows_pictures_that_exist() -> None:
    readme = (GOLDEN.parent / "README.md").read_text(encoding="utf-8")
    shown = [name for name in readme.replace("(", "\n").splitlines() if ".svg)" in name]
    assert shown
    for name in shown:
        assert (GOLDEN.parent / name.partition(")")[0]).is_file()
