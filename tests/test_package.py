"""What is shipped: the wheel and the sdist hold what they should, and an installed wheel works."""

import asyncio
import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.journeys.leftovers import active_sessions
from tests.journeys.outer import terminal
from tests.journeys.surroundings import environment
from tui.demo.embedded import EmbeddedAws

ROOT = Path(__file__).parents[1]
STYLES = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "styles").rglob("*.tcss"))

pytestmark = pytest.mark.timeout(300)

HEADLESS = """
import asyncio
from tui import paths
from tui.cli.browse import browser
from tui.cli.parser import parse

async def look():
    app = browser(parse([]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.main.query("FleetTree").first().size.height > 10
        assert app.main.query("HeaderBar").first().size.height == 1
        app.exit()
    await app.closed()

asyncio.run(look())
print(paths.styles())
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and with the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    pinned = os.environ | {"PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    subprocess.run(command, check=True, env=pinned, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    wheel = next(built.glob("*.whl"))
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check"]
    constraints = str(ROOT / "constraints.txt")
    subprocess.run([*pip, "install", "--quiet", "-c", constraints, str(wheel)], check=True)
    return programs


async def _runs(*command: str | Path, folder: Path) -> str:
    """What a program writes, run outside of the checkout."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    assert complained == b""
    return said.decode()


def test_the_wheel_holds_the_program_and_its_styles(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert STYLES
    assert {f"tui/{style}" for style in STYLES} <= names
    assert {"tui/__main__.py", "tui/py.typed"} <= names
    assert not [name for name in names if not name.startswith(("tui/", "hatchway-"))]


def test_the_sdist_holds_what_development_needs(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {"README.md", "LICENSE", "Makefile", "constraints.txt", "pyproject.toml", *STYLES}
    assert wanted | {"tests/conftest.py", "screenshots/browser-200x50.svg"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]


async def test_it_tells_its_version(installed: Path, tmp_path: Path) -> None:
    said = await _runs(installed / "hatchway", "--version", folder=tmp_path)
    assert said == "hatchway 0.1.0\n"


async def test_it_lists_a_fleet(installed: Path, tmp_path: Path) -> None:
    async with EmbeddedAws() as aws:
        with environment(aws.environment):
            said = await _runs(installed / "hatchway", "ls", "--json", folder=tmp_path)
            rows = [json.loads(line) for line in said.splitlines()]
            assert await active_sessions(aws) == {}
    assert {"account", "region", "cluster", "service", "task", "container", "node"} <= {
        row["kind"] for row in rows
    }
    api = next(row for row in rows if row["address"] == "prod/eu-west-1/payments/api")
    assert (api["name"], api["status"]) == ("api", "steady")
    assert all("session" in row for row in rows if row["kind"] in {"container", "node"})


async def test_it_finds_its_styles_and_opens_its_screen(installed: Path, tmp_path: Path) -> None:
    async with EmbeddedAws() as aws:
        with environment(aws.environment):
            said = await _runs(installed / "python", "-c", HEADLESS, folder=tmp_path)
    found = Path(said.strip())
    assert found.is_relative_to(installed.parent)
    assert not found.is_relative_to(ROOT)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ptys")
def test_its_demo_shows_a_fleet(installed: Path, tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm-256color"}
    with terminal((80, 24), str(installed / "hatchway"), "demo", env=env) as outer:
        outer.sees("Hatchway", "prod  111122223333")
        outer.types("q")
        assert outer.ends() == 0
        assert outer.is_as_before()
