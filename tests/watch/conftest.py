"""What the tests of the watcher stand on."""

import pytest

from tests.watch.plain import PlainSource, VirtualClock, small_fleet


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def source() -> PlainSource:
    return small_fleet()
