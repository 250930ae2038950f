"""What every test stands on: no AWS but the embedded one, and nobody's own files."""

import os
from pathlib import Path

import pytest


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
