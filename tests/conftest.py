"""What every test stands on: no AWS but the embedded one, and nobody's own files."""

import os
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = frozenset({"tests/test_package.py", "tests/journeys/test_large.py"})
"""Files whose tests share what takes long to make, or much memory: one worker runs them all."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # without types
    """Hands out tests one by one but for those files. (pytest-xdist 3.8 has groups for that, which
    pytest 9.2 does not let it make.)"""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Who runs which test."""
    return ByFile(config, log)


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hides the AWS environment, the settings and the state of whoever runs the tests."""
    for name in tuple(os.environ):
        if name.startswith(("AWS_", "HATCHWAY_", "XDG_")):
            monkeypatch.delenv(name)
    home = tmp_path / "nobody"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return home
