"""The embedded AWS in a process of its own: it tells its environment, and ends when told."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

CODE = """
import sys
from tui.demo.server import DemoOptions, main
sys.exit(main(DemoOptions(handshake="--handshake" in sys.argv)))
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *request.param],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def _handshake(child: subprocess.Popen[str]) -> dict[str, str]:
    assert child.stdout is not None
    found: dict[str, str] = json.loads(child.stdout.readline())["environment"]
    return found


@pytest.mark.parametrize("child", [["--handshake"]], indirect=True)
def test_it_ends_when_the_parent_goes(
    child: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = _handshake(child)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert boto3.client("sts").get_caller_identity()["Account"] == "111122223333"
    folder = Path(environment["AWS_CONFIG_FILE"]).parent
    assert folder.exists()
    _, errors = child.communicate(timeout=20)
    assert (child.returncode, errors) == (0, "")
    assert not folder.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("child", [["--handshake"]], indirect=True)
def test_it_ends_cleanly_on_signals(child: subprocess.Popen[str], number: signal.Signals) -> None:
    folder = Path(_handshake(child)["AWS_CONFIG_FILE"]).parent
    child.send_signal(number)
    assert child.wait(timeout=20) == 0
    assert child.stderr is not None
    assert child.stderr.read() == ""
    assert not folder.exists()


@pytest.mark.parametrize("child", [[]], indirect=True)
def test_a_person_is_told_what_to_export(child: subprocess.Popen[str]) -> None:
    assert child.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("# Profiles"):
        lines.append(child.stdout.readline())
    text = "".join(lines)
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SHARED_CREDENTIALS_FILE"):
        assert f"export {name}=" in text
    assert "aws ecs list-clusters" in text
    child.terminate()
    assert child.wait(timeout=20) == 0
