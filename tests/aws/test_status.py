"""What AWS's words mean for a person."""

import pytest

from tui.aws.status import account_status, cluster_status, node_status, service_status, task_status
from tui.errors import LoginExpired, NotAllowed, Throttled, Trouble, Unreachable
from tui.model.status import UNKNOWN, Health


@pytest.mark.parametrize(
    ("said", "word", "health"),
    [
        (("ACTIVE", "COMPLETED", 3, 3, 1), "steady", Health.OK),
        (("ACTIVE", "IN_PROGRESS", 3, 1, 2), "deploying 1/3", Health.BUSY),
        (("ACTIVE", "COMPLETED", 3, 3, 2), "deploying 3/3", Health.BUSY),
        (("ACTIVE", "FAILED", 3, 1, 2), "failed 1/3", Health.BAD),
        (("ACTIVE", "COMPLETED", 3, 1, 1), "unhealthy 1/3", Health.BAD),
        (("ACTIVE", "COMPLETED", 1, 3, 1), "scaling 3/1", Health.BUSY),
        (("ACTIVE", "COMPLETED", 0, 0, 1), "scaled to zero", Health.OFF),
        (("ACTIVE", "", 2, 2, 0), "steady", Health.OK),
        (("DRAINING", "", 0, 2, 0), "DRAINING", Health.BUSY),
        (("INACTIVE", "", 0, 0, 0), "INACTIVE", Health.OFF),
    ],
)
def test_a_service_is_what_its_deployments_come_to(
    said: tuple[str, str, int, int, int], word: str, health: Health
) -> None:
    status = service_status(*said)
    assert (status.word, status.health) == (word, health)


@pytest.mark.parametrize(
    ("last", "health", "failed", "word", "meaning"),
    [
        ("RUNNING", "UNKNOWN", False, "RUNNING", Health.OK),
        ("RUNNING", "HEALTHY", False, "HEALTHY", Health.OK),
        ("RUNNING", "UNHEALTHY", False, "UNHEALTHY", Health.BAD),
        ("PROVISIONING", "UNKNOWN", False, "PROVISIONING", Health.BUSY),
        ("DEACTIVATING", "HEALTHY", False, "DEACTIVATING", Health.BUSY),
        ("STOPPED", "UNKNOWN", False, "STOPPED", Health.OFF),
        ("STOPPED", "UNKNOWN", True, "STOPPED", Health.BAD),
        ("NEWLY_INVENTED", "", False, "NEWLY_INVENTED", Health.UNKNOWN),
    ],
)
def test_a_task_is_as_healthy_as_its_word(
    last: str, health: str, failed: bool, word: str, meaning: Health
) -> None:
    status = task_status(last, health, failed=failed)
    assert (status.word, status.health) == (word, meaning)


@pytest.mark.parametrize(
    ("ping", "health"),
    [
        ("Online", Health.OK),
        ("ConnectionLost", Health.BAD),
        ("Inactive", Health.OFF),
        ("Odd", Health.UNKNOWN),
    ],
)
def test_a_node_is_what_its_agent_last_said(ping: str, health: Health) -> None:
    assert (node_status(ping).word, node_status(ping).health) == (ping, health)


def test_a_word_that_is_missing_is_unknown() -> None:
    assert node_status("") == task_status("", "", failed=False) == cluster_status("") == UNKNOWN


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        (LoginExpired("x"), "login expired"),
        (NotAllowed("x"), "not allowed"),
        (Unreachable("x"), "unreachable"),
        (Throttled("x"), "no answer"),
    ],
)
def test_an_account_that_cannot_be_opened_says_why_in_a_word(trouble: Trouble, word: str) -> None:
    assert account_status(trouble).word == word
    assert account_status(trouble).health is Health.BAD
    assert account_status(None).health is Health.OK
