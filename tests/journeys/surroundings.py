"""The environment that the program finds while a journey lasts."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def environment(given: Mapping[str, str]) -> Iterator[None]:
    """Puts `given` in the place of whatever the environment says of AWS and of the settings."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("AWS_", "HATCHWAY_")):
            del os.environ[name]
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
