"""The homes of the machines: private, clean, and unharmed by strange names."""

import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.demo.far_side import NODE, SMALL, WINDOWS
from tui.demo.agents.homes import Homes
from tui.demo.machine import Machine

HOSTILE = "x'; touch ../../broken; echo $(id) `id` \"\\\n../../up"


@pytest.fixture
def homes() -> Iterator[Homes]:
    made = Homes()
    yield made
    made.remove()


def run(homes: Homes, machine: Machine, *command: str) -> str:
    environment = homes.environment(machine)
    done = subprocess.run(
        command,
        env=environment,
        cwd=environment["HOME"],
        capture_output=True,
        check=True,
        timeout=20,
        text=True,
    )
    return done.stdout


def test_nothing_is_made_before_it_is_wanted(homes: Homes) -> None:
    before = homes.root
    assert before is None
    homes.home(NODE)
    root = homes.root
    assert root is not None
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_removed_means_gone(homes: Homes) -> None:
    home = homes.home(NODE)
    homes.environment(SMALL)
    homes.remove()
    assert not home.exists()
    assert not home.parent.parent.exists()


def test_the_environment_holds_only_what_the_machine_knows(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    machine = replace(NODE, environment={"APP": "shop", "PATH": "/evil", "HOME": "/evil"})
    seen = homes.environment(machine)
    assert seen["APP"] == "shop"
    assert "/evil" not in seen.values()
    assert "secret" not in seen.values()
    assert "AWS_SECRET_ACCESS_KEY" not in run(homes, machine, "env")


def test_a_home_is_the_same_each_time_and_its_log_too(homes: Homes) -> None:
    log = homes.home(NODE) / "logs" / "app.log"
    assert homes.home(NODE) == log.parent.parent
    again = Homes()
    assert (again.home(NODE) / "logs" / "app.log").read_text() == log.read_text()
    again.remove()


@pytest.mark.parametrize("base", [NODE, SMALL, WINDOWS])
def test_strange_names_stay_names(homes: Homes, base: Machine) -> None:
    machine = replace(base, hostname=HOSTILE, label=HOSTILE, user=HOSTILE, target=HOSTILE)
    home = homes.home(machine)
    assert homes.root
    assert home.parent == homes.root / "homes"
    assert run(homes, machine, "sh", "-c", "hostname") == HOSTILE + "\n"
    said = run(homes, machine, "sh", "-c", '. "$ENV"; . ./.bashrc')
    assert HOSTILE in said
    assert "uid=" not in said
    made = {path.name for path in (*homes.root.iterdir(), *home.iterdir(), *Path().iterdir())}
    assert "broken" not in made


def test_without_bash_the_usual_tools_are_there(homes: Homes) -> None:
    found = run(homes, SMALL, "sh", "-c", "for t in bash cat ls vi sh; do command -v $t; done; :")
    assert "bash" not in found
    assert "/tools/cat" in found
    assert "/tools/sh" in found
