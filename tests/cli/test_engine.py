"""`--engine plugin`: the command with a plugin on PATH that is ours, or with none."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, start
from tests.sessions import plugins
from tui.demo.embedded import EmbeddedAws


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where a test puts its plugin; there is no other on PATH."""
    made = tmp_path / "bin"
    made.mkdir()
    tools = os.environ["PATH"].split(os.pathsep)
    kept = [one for one in tools if not (Path(one) / plugins.NAME).exists()]
    monkeypatch.setenv("PATH", os.pathsep.join([str(made), *kept]))
    return made


@pytest.fixture
async def container(hatchway: Run) -> str:
    """The address of a container that takes a shell."""
    listed = await hatchway("ls", "--json", "payments", "api")
    rows = [json.loads(line) for line in listed.out.splitlines()]
    found = next(row for row in rows if row["kind"] == "container" and row["session"])
    return str(found["address"])


@pytest.mark.parametrize("by_setting", [False, True])
async def test_a_shell(hatchway: Run, folder: Path, container: str, by_setting: bool) -> None:
    plugins.honest(folder)
    flags = () if by_setting else ("--engine", "plugin")
    environment = {"HATCHWAY_ENGINE": "plugin"} if by_setting else {}
    said = await hatchway(
        "exec", container, *flags, given=b"echo $((6*7))-done; exit\r", **environment
    )
    assert said.status == 0
    assert b"Starting session with SessionId: ecs-execute-command-" in said.out
    assert b"42-done" in said.out
    assert b"Exiting session with sessionId" in said.out


async def test_an_old_plugin_is_warned_of(hatchway: Run, folder: Path, container: str) -> None:
    plugins.honest(folder, version="1.2.0.0")
    said = await hatchway("exec", container, "--engine", "plugin", given=b"exit\r")
    assert said.status == 0
    assert "hatchway: session-manager-plugin is version 1.2.0.0; AWS asks for" in said.err


async def test_without_a_plugin(hatchway: Run, folder: Path, container: str) -> None:
    assert folder.name in os.environ["PATH"]
    for words in (("exec", container), ("forward", container, "0:8080")):
        said = await hatchway("--engine", "plugin", *words)
        assert said.status == 2
        assert "session-manager-plugin is not installed, or not on PATH." in said.err
        assert "--engine native" in said.err


@pytest.mark.parametrize("words", [("exec", "{}", "--", "true"), ("ssh-proxy", "{}", "22")])
async def test_what_it_cannot_do(
    hatchway: Run, folder: Path, container: str, words: tuple[str, ...]
) -> None:
    plugins.honest(folder)
    said = await hatchway("--engine", "plugin", *(word.format(container) for word in words))
    assert said.status == 1
    assert "Use `--engine native` for it." in said.err


async def test_an_engine_that_does_not_exist(hatchway: Run) -> None:
    said = await hatchway("--engine", "putty", "ls")
    assert said.status == 2
    assert "putty" in said.err


async def test_a_port_document_ends_with_the_command(
    aws: EmbeddedAws, folder: Path, hatchway: Run
) -> None:
    plugins.honest(folder)
    listed = await hatchway("ls", "--json")
    node = next(
        row["address"]
        for row in map(json.loads, listed.out.splitlines())
        if row["kind"] == "node" and row["session"] and "/i-" in row["address"]
    )
    process = await start(
        *("session", node.rpartition("/")[2], "--engine", "plugin"),
        *("--profile", node.partition("/")[0], "--region", node.split("/")[1]),
        *("--document", "AWS-StartPortForwardingSession"),
        *("--parameters", '{"portNumber": ["7"], "localPortNumber": ["0"]}'),
    )
    assert process.stdout is not None
    while b"opened for sessionId" not in await process.stdout.readline():
        pass
    process.terminate()
    await process.communicate()
    assert process.returncode == 128 + 15
