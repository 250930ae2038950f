"""How each kind of resource looks in the tree: its glyph, its words and its columns.

A cell carries a tone beside its text; the style sheet gives tones their colours. A glyph or a
word says the same as the colour does, always.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch

from msgspec import Struct

from tui.model.kind import Kind
from tui.model.resource import (
    Account,
    Cluster,
    Container,
    Node,
    Nodes,
    Resource,
    Service,
    Task,
)
from tui.model.status import Health, Status
from tui.model.tally import Sum
from tui.ui import text


class Tone(StrEnum):
    """What a piece of text means; the value is the end of its component class."""

    PLAIN = "plain"
    NAME = "name"
    GUIDE = "guide"
    MUTED = "muted"
    ACCENT = "accent"
    OK = "ok"
    OFF = "off"
    BUSY = "busy"
    BAD = "bad"
    MARK = "mark"


class Cell(Struct, frozen=True, gc=False):
    """The content of one column of one row."""

    text: str = ""
    tone: Tone = Tone.PLAIN
    short: str = ""
    """What to say where there is little room; empty for the same."""


NOTHING = Cell()


@dataclass(frozen=True, slots=True)
class Label:
    """What a kind is called and how it is marked."""

    glyph: str
    """One cell wide."""
    noun: str
    plural: str
    below: str = ""
    """What may hang under it, for a row with nothing there."""


LABELS = {
    Kind.FLEET: Label("∴", "fleet", "fleets", "accounts"),
    Kind.ACCOUNT: Label("◈", "account", "accounts", "regions"),
    Kind.REGION: Label("⊕", "region", "regions", "clusters or managed nodes"),
    Kind.CLUSTER: Label("▦", "cluster", "clusters", "services or tasks"),
    Kind.SERVICE: Label("◆", "service", "services", "tasks"),
    Kind.TASK: Label("◇", "task", "tasks", "containers"),
    Kind.CONTAINER: Label("□", "container", "containers"),
    Kind.NODES: Label("▤", "group of managed nodes", "groups of managed nodes", "managed nodes"),
    Kind.NODE: Label("▣", "managed node", "managed nodes"),
}
"""The label of every kind."""

HEALTH = {
    Health.OK: ("●", Tone.OK),
    Health.OFF: ("○", Tone.OFF),
    Health.UNKNOWN: ("·", Tone.MUTED),
    Health.BUSY: ("◐", Tone.BUSY),
    Health.BAD: ("✖", Tone.BAD),
}
"""A glyph and a tone for each health."""

_TASK_ID_SHOWN = 8
"""Characters of a task's id in the tree; the details show it whole."""


_TITLE_WIDTH = 40
"""Cells of a name where it stands in a sentence or a tab."""


def name(resource: Resource) -> str:
    """What a row is called in the tree."""
    shown = resource.name[:_TASK_ID_SHOWN] if resource.kind is Kind.TASK else resource.name
    return text.plain(shown) or "(no name)"


def title(resource: Resource) -> str:
    """What a tab, a dialog or a toast calls it: with as much of the way as tells it apart."""
    short = text.cut(name(resource), _TITLE_WIDTH)
    if isinstance(resource, Container):
        return f"{short} · {text.plain(resource.task_id[:_TASK_ID_SHOWN])}"
    return short


def status(state: Status, *, counted: bool = False) -> Cell:
    """A status as glyph and word; where the word is AWS's, it is drawn as AWS writes it.

    With `counted`, counts at the end of the word are left to the column beside it.
    """
    glyph, tone = HEALTH[state.health]
    if not state.word:
        return NOTHING
    words, _, last = state.word.rpartition(" ")
    word = words if counted and words and "/" in last else state.word
    return Cell(f"{glyph} {text.plain(word)}", tone)


def rolled_up(below: Sum) -> Cell:
    """The worst health below a row, and how often it occurs."""
    worst = below.worst
    if worst is Health.UNKNOWN:
        return NOTHING
    glyph, tone = HEALTH[worst]
    if worst in {Health.OK, Health.OFF}:
        return Cell(f"{glyph} {worst}", tone)
    busy = below.health[Health.BUSY]
    rest = f"  {HEALTH[Health.BUSY][0]} {busy} busy" if worst is Health.BAD and busy else ""
    here = f"{glyph} {below.health[worst]} {worst}"
    return Cell(here + rest, tone, short=here)


@singledispatch
def aside(resource: Resource, *, whole: bool = True) -> str:
    """What stands beside the name where there is room; `whole` when no column says the rest."""
    return ""


@aside.register
def _(resource: Account, *, whole: bool = True) -> str:
    return resource.account_id


@aside.register
def _(resource: Task, *, whole: bool = True) -> str:
    return _joined(resource.task_definition, resource.private_ip)


@aside.register
def _(resource: Container, *, whole: bool = True) -> str:
    return resource.image.rpartition("/")[2]


@aside.register
def _(resource: Node, *, whole: bool = True) -> str:
    other = resource.instance_id if resource.instance_id != resource.name else resource.hostname
    return _joined(other, platform(resource).text if whole else "")


@aside.register
def _(resource: Service, *, whole: bool = True) -> str:
    return resource.rollout if resource.rollout.startswith("FAILED") else ""


@singledispatch
def platform(resource: Resource) -> Cell:
    """What it runs on: the system of a node, the launch type of a service or a task."""
    return NOTHING


@platform.register
def _(resource: Node) -> Cell:
    name = text.plain(resource.platform_name or resource.platform)
    return Cell(name, Tone.MUTED, short=name.removeprefix("Microsoft "))


@platform.register
def _(resource: Service) -> Cell:
    return Cell(text.plain(resource.launch_type), Tone.MUTED)


@platform.register
def _(resource: Task) -> Cell:
    launch_type, system = text.plain(resource.launch_type), text.plain(resource.platform)
    return Cell(f"{launch_type} {system}".strip(), Tone.MUTED, short=launch_type or system)


def agent(resource: Resource) -> Cell:
    """The version of a node's agent, with an arrow when there is a newer one."""
    if not isinstance(resource, Node) or not resource.agent_version:
        return NOTHING
    version = text.plain(resource.agent_version)
    return Cell(version, Tone.MUTED) if resource.agent_latest else Cell(f"↑ {version}", Tone.BUSY)


def _joined(*parts: str) -> str:
    return " · ".join(text.plain(part) for part in parts if part)


@singledispatch
def session(resource: Resource) -> Cell:
    """Whether a session can start: ECS Exec of a container, the agent of a node."""
    return NOTHING


@session.register
def _(resource: Container) -> Cell:
    if not resource.exec_enabled:
        return Cell("OFF", Tone.OFF)
    if resource.last_status not in {"RUNNING", ""}:
        return Cell("—", Tone.MUTED)
    agent = text.plain(resource.agent_status)
    if agent == "RUNNING":
        return Cell("ON", Tone.OK)
    tone = Tone.BUSY if agent == "PENDING" else Tone.BAD
    return Cell(f"agent {agent or 'missing'}", tone, short=agent or "no agent")


@session.register(Service)
@session.register(Task)
def _(resource: Service | Task) -> Cell:
    return Cell("ON", Tone.MUTED) if resource.exec_enabled else Cell("OFF", Tone.OFF)


@session.register
def _(resource: Node) -> Cell:
    return Cell("ON", Tone.OK) if resource.ping == "Online" else Cell("—", Tone.MUTED)


@singledispatch
def counts(resource: Resource, below: Sum) -> Cell:
    """Running of desired tasks, or online of all nodes."""
    if not below.desired and not below.running:
        return NOTHING
    return _of(below.running, below.desired)


@counts.register
def _(resource: Cluster, below: Sum) -> Cell:
    running = max(resource.running, below.running)
    return _of(running, max(below.desired, running + resource.pending))


@counts.register
def _(resource: Service, below: Sum) -> Cell:
    return _of(resource.running, resource.desired)


@counts.register(Task)
@counts.register(Container)
@counts.register(Node)
def _(resource: Task | Container | Node, below: Sum) -> Cell:
    return NOTHING


@counts.register
def _(resource: Nodes, below: Sum) -> Cell:
    return _of(below.online, below.nodes) if below.nodes else NOTHING


def _of(running: int, desired: int) -> Cell:
    tone = Tone.PLAIN if running >= desired else Tone.BUSY if running else Tone.BAD
    share = f"{running * 100 // desired}%" if desired else ""
    return Cell(f"{running}/{desired}", tone if desired else Tone.MUTED, short=share)


@singledispatch
def born(resource: Resource) -> float:
    """When it started, in seconds since the epoch; 0.0 when unknown."""
    return 0.0


@born.register
def _(resource: Service) -> float:
    return resource.created_at


@born.register
def _(resource: Task) -> float:
    return resource.started_at or resource.created_at


@born.register
def _(resource: Container) -> float:
    return resource.started_at


def age(resource: Resource, now: float) -> Cell:
    """How long ago it started."""
    started = born(resource)
    return Cell(text.age(now - started), Tone.MUTED) if started else NOTHING
