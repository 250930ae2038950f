import string
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.fleet import API, CLUSTER, HERE, container, fleet, node, service, task
from tui.errors import WrongUse
from tui.model.filter import LONGEST, MOST, Filter
from tui.model.resource import Account, Cluster, Resource, address_of
from tui.model.status import Health, Status
from tui.model.store import Store

NOW = 1_767_225_600.0
HOUR = 3600.0


def filled(*more: Resource) -> Store:
    store = Store()
    store.put(fleet())
    store.put(more)
    return store


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("API", True),
        ("pay app", True),
        ("pay nope", False),
        ("!envoy", True),
        ("app !payments", False),
        ("!", True),
        ('""', True),
        ("payments/api", True),
        ("ents/api/3f2a91/a", True),
        ("api/payments", False),
        ('"payments/api"', True),
        ('"two words"', False),
        ('!"two words', True),
        ("!!app", True),
    ],
)
def test_a_filter_wants_all_its_words(text: str, matches: bool) -> None:
    assert Filter(text).matches(container("app")) is matches


def test_a_filter_finds_nodes_by_what_they_run() -> None:
    windows = node(platform_name="Microsoft Windows Server 2022", hostname="WIN-3F2A")
    assert Filter("windows").matches(windows)
    assert Filter("win-3f").matches(windows)
    assert not Filter("windows").matches(node())


def test_what_a_task_says_of_itself_finds_its_containers_too() -> None:
    store = filled(task(private_ip="10.1.2.3", task_definition="pay-api:42"))
    app = container("app", image="1111.dkr.ecr.eu-west-1.amazonaws.com/team/nginx:1.27")
    for word in ("10.1.2", "PAY-API", "nginx", '"nginx:1.27"'):
        assert Filter(word).matches(app, store.get), word
    assert not Filter("dkr").matches(app, store.get), "the registry is noise; image: has it"
    assert not Filter("10.1.2").matches(service(), store.get)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("kind:container", True),
        ("KIND:Contain", True),
        ("kind:=contain", False),
        ("kind:task", False),
        ("status:run", True),
        ("stat:=running", True),
        ("!status:run", False),
        ("health:ok", True),
        ("name:app", True),
        ("name:", True),
        ("account:prod", True),
        ("account:111122223333", True),
        ("region:eu-w", True),
        ("cluster:=payments", True),
        ("cluster:=pay", False),
        ("service:api", True),
        ("fam:=pay-api", True),
        ("family:=pay-api:42", True),
        ("family:pay-api:4", True),
        ("image:=nginx", True),
        ("image:dkr.ecr", True),
        ("image:=nginx:1.27", True),
        ("ip:10.1", True),
        ("ip:=10.1", False),
        ("id:3f2a", True),
        ("arn:aws:ecs:eu-west-1:111122223333:task/payments/3f2a91", True),
        ("exec:on", True),
        ("exec:off", False),
        ("agent:running", True),
        ("platform:linux", True),
        ("launch:fargate", True),
        ("ping:", False),
        ("ports:8080", True),
        ("ports:=80", False),
        ("age:<10m", False),
        ("age:>2h", True),
        ("age:<=1.5w", True),
        ("age:>=4d", False),
        ("tag:team", True),
        ("tag:TEAM=PAY", True),
        ("tag:team==pay", False),
        ("tag:team==payments", True),
        ("tag:eam=pay", False),
        ("!tag:team", False),
        ('tag:note="two words"', True),
        ("tag:", True),
    ],
)
def test_columns_of_a_container(text: str, matches: bool) -> None:
    above = task(
        private_ip="10.1.2.3",
        task_definition="pay-api:42",
        platform="Linux 1.4.0",
        launch_type="FARGATE",
        tags=(("note", "with two words"), ("Team", "payments")),
    )
    app = container(
        "app",
        image="1111.dkr.ecr.eu-west-1.amazonaws.com/team/nginx:1.27",
        task_definition="pay-api:42",
        ports=(8080, 9000),
        started_at=NOW - 3 * HOUR,
    )
    account = Account(address="prod", parent="", name="prod", account_id="111122223333")
    store = filled(account, above, app)
    assert Filter(text, now=NOW).matches(app, store.get) is matches


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "on"),
        ({"exec_enabled": False}, "off"),
        ({"agent_status": "STOPPED"}, "agent"),
        ({"agent_status": ""}, "missing"),
        ({"last_status": "STOPPED"}, "stopped"),
    ],
)
def test_exec_says_whether_a_session_can_start(changes: dict[str, object], word: str) -> None:
    app = container("app", "3f2a91", **changes)
    assert Filter(f"exec:{word}").matches(app)
    assert Filter("exec:=on").matches(app) is (word == "on")


def test_columns_that_a_kind_does_not_have_match_nothing() -> None:
    for text in ("ping:online", "agent:", "exec:on", "age:>0s", "tag:x", "ip:", "service:"):
        assert not Filter(text, now=NOW).matches(fleet()[1])
    assert Filter("ping:online exec:on id:i-0").matches(node())
    assert Filter("exec:off").matches(node(ping="ConnectionLost"))
    assert Filter("health:bad status:fail").matches(node(status=Status("failing", Health.BAD)))
    assert not Filter("cluster:").matches(node()), "a node lies in no cluster"


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("stauts:x", "no column “stauts”", "Did you mean: status?"),
        ("!qqqq:x", "no column “qqqq”", "Columns: kind, name"),
        ("s:x", "“s:” may be one of several", "status, service"),
        ("age:", "“age:” compares nothing", "age:<10m"),
        ("age:10m", "compares nothing", "age:>2d"),
        ("age:<10y", "compares nothing", "s m h d w"),
        ("x " * (MOST + 1), "too long", str(MOST)),
        ("x" * (LONGEST + 1), "too long", str(MOST)),
    ],
)
def test_what_is_not_understood_is_said_and_matches_nothing(
    text: str, what: str, hint: str
) -> None:
    wanted = Filter(text)
    assert isinstance(wanted.trouble, WrongUse)
    assert what in wanted.trouble.what
    assert hint in wanted.trouble.hint
    assert wanted
    assert not any(wanted.matches(resource) for resource in fleet())


@pytest.mark.parametrize("text", ["10.0.0.1:80", ":x", "a-b:c", '"nginx:1.27"', '"', "!", "\t\n"])
def test_what_is_no_column_is_text(text: str) -> None:
    assert Filter(text).trouble is None


def test_the_empty_filter_is_false_and_matches_everything() -> None:
    assert not Filter(" ! ")
    assert all(Filter("").matches(resource) for resource in fleet())


HOSTILE = string.printable + "!:=<>|*+.^$()[]\\\x00\x1f"


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet=HOSTILE, max_size=60))
def test_any_text_is_a_filter(text: str) -> None:
    store = filled(task(tags=(("a", "b"),)))
    wanted = Filter(text, now=NOW)
    found = [wanted.matches(resource, store.get) for resource in store.below()]
    assert wanted.trouble is None or not any(found)


@given(st.text(min_size=1, max_size=30))
def test_what_a_thing_is_called_finds_it(name: str) -> None:
    cluster = Cluster(
        address=address_of(HERE, name), parent=HERE, name=name, arn="", account="", region=""
    )
    words = [word for word in "".join(c if c.isprintable() else " " for c in name).split() if word]
    typed = " ".join(f'"{word}"' for word in words if '"' not in word)
    assert Filter(typed).matches(cluster)


def test_a_filter_of_every_hostile_sort_is_quick_to_read() -> None:
    assert Filter("(a+)+" * 800).trouble is None
    assert Filter("x" * sys.getrecursionlimit()).trouble is None
    assert not Filter("a*b*c*" * 600).matches(container("app"))
    assert CLUSTER in API
