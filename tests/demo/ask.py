"""Asks a handler of the embedded AWS directly: no HTTP, no signature, a standing gateway."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from botocore.validate import ParamValidator

from tui.demo.api.call import Answer, Backend, Call
from tui.demo.api.desk import HANDLERS
from tui.demo.clock import HandClock, RealClock
from tui.demo.conditions import Conditions
from tui.demo.faults import InvalidDocument
from tui.demo.keys import Key, Keyring
from tui.demo.machine import Machine
from tui.demo.passwords import Passwords
from tui.demo.wire.checks import check
from tui.demo.wire.models import operation_model
from tui.demo.wire.pages import Pager
from tui.demo.world.cluster import Cluster
from tui.demo.world.spec import Trait
from tui.demo.world.task import Task
from tui.demo.world.world import Site, World


@dataclass(frozen=True)
class Begun:
    session_id: str
    stream_url: str
    token: str


@dataclass(frozen=True)
class Row:
    session_id: str
    target: str
    owner: str
    reason: str
    document: str
    started: float
    status: str = "Connected"
    ended: float = 0.0


@dataclass
class Porter:
    """A gateway that only keeps the book of sessions."""

    clock: HandClock
    rows: dict[str, tuple[str, str, Row]] = field(default_factory=dict)
    commands: list[str | None] = field(default_factory=list)
    idle_timeout: float = 1_200.0
    kms_keys: list[str] = field(default_factory=list)

    def start(
        self,
        *,
        machine: Machine,
        document: str,
        parameters: Mapping[str, Sequence[str]],
        owner: str,
        reason: str,
        command: str | None = None,
        kms_key: str = "",
    ) -> Begun:
        if document == "Nonsense":
            raise InvalidDocument("Document with name Nonsense does not exist.")
        first = "captain-" if command is None else "ecs-execute-command-"
        name = f"{first}{len(self.rows):017x}"
        row = Row(name, machine.target, owner, reason, document, self.clock.now())
        self.rows[name] = (machine.account, machine.region, row)
        self.commands.append(command)
        self.kms_keys.append(kms_key)
        return Begun(name, f"ws://127.0.0.1:1/v1/data-channel/{name}", secrets.token_hex(8))

    def resume(self, account: str, region: str, session_id: str) -> Begun | None:
        rows = self.sessions(account, region, active=True)
        found = any(row.session_id == session_id for row in rows)
        return Begun(session_id, "ws://127.0.0.1:1/", secrets.token_hex(8)) if found else None

    def terminate(self, account: str, region: str, session_id: str) -> bool:
        if session_id not in self.rows or self.rows[session_id][:2] != (account, region):
            return False
        row = self.rows[session_id][2]
        ended = replace(row, status="Terminated", ended=self.clock.now())
        self.rows[session_id] = (account, region, ended)
        return True

    def sessions(self, account: str, region: str, *, active: bool) -> Sequence[Row]:
        here = [row for a, r, row in self.rows.values() if (a, r) == (account, region)]
        return [row for row in here if bool(row.ended) is not active]

    def lost(self, account: str, region: str, target: str) -> None:
        for row in self.sessions(account, region, active=True):
            if row.target == target:
                self.terminate(account, region, row.session_id)


class Asker:
    """A fleet with a hand-moved clock, and a way to call its operations."""

    def __init__(self, *, seed: int = 7, fleet: int | None = None) -> None:
        self.clock = HandClock()
        self.world = World(seed, fleet=fleet, clock=self.clock)
        self.porter = Porter(self.clock)
        self.conditions = Conditions(self.clock)
        self.backend = Backend(
            world=self.world,
            gateway=self.porter,
            keyring=Keyring(RealClock()),
            conditions=self.conditions,
            pager=Pager(b"of the tests"),
            passwords=Passwords(),
        )
        self._keys: dict[str, Key] = {}

    @property
    def sites(self) -> list[Site]:
        return list(self.world.sites.values())

    def key(self, account: str) -> Key:
        if account not in self._keys:
            self._keys[account] = self.backend.keyring.user(account, "tester")
        return self._keys[account]

    def ask(self, site: Site, action: str, **params: object) -> Answer:
        """The answer of `service:Operation`, held against the operation's output shape."""
        service, _, name = action.partition(":")
        operation = operation_model(service, name)
        assert operation is not None
        check(service, operation, params)
        answer = HANDLERS[service][name](
            Call(
                service=service,
                operation=name,
                params=params,
                key=self.key(site.account.number),
                region=site.region,
                backend=self.backend,
            )
        )
        if service == "ecs":  # which keeps parts of answers as they are sent
            answer = msgspec.json.decode(msgspec.json.encode(answer))
        if operation.output_shape is None:
            assert answer == {}
            return answer
        report = ParamValidator().validate(answer, operation.output_shape)
        assert not report.has_errors(), report.generate_report()
        return answer

    def all(self, site: Site, action: str, member: str, token: str, **params: object) -> list[Any]:
        """Every item of a paginated operation, page by page."""
        found, given = [], dict(params)
        for _ in range(10_000):
            answer = self.ask(site, action, **given)
            found += answer[member]
            if token not in answer:
                return found
            given[token] = answer[token]
        raise AssertionError("the pages never end")

    def clusters(self) -> list[tuple[Site, Cluster]]:
        found = []
        for site in self.sites:
            for name in site.names:
                cluster = site.cluster(name)
                assert cluster is not None
                found.append((site, cluster))
        return found

    def task(self, trait: Trait, *, status: str = "RUNNING") -> tuple[Site, Cluster, Task]:
        """The first task of a service with that trait."""
        for site, cluster in self.clusters():
            for task in cluster.tasks.values():
                if task.service and task.spec.trait is trait and task.status == status:
                    return site, cluster, task
        raise AssertionError(f"no {status} task of a {trait} service")
