"""The whole embedded AWS in one object, for the demo's process and for tests.

async with EmbeddedAws() as aws:                 # a still clock, the default fleet
    aws.environment                              # what a client's environment needs
    aws.conditions.deny("ecs:ListTasks")         # bad weather
    await aws.advance(60)                        # a minute passes

EmbeddedAws(*, seed=7, fleet=None, clock=HandClock(), port=0, denials=False, rdp_port=0,
            real_ports={})
"""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from tui.demo.api.call import Backend
from tui.demo.api.desk import Desk
from tui.demo.behaviour import NO_PORTS, Behaviour
from tui.demo.clock import Clock, HandClock, RealClock
from tui.demo.conditions import Conditions
from tui.demo.front import Front
from tui.demo.gateway import Gateway
from tui.demo.keys import Key, Keyring
from tui.demo.passwords import Passwords
from tui.demo.profiles import Profiles
from tui.demo.wire.pages import Pager
from tui.demo.world.world import DEFAULT_SEED, World

USER = "captain"
"""The user of the first account, whose key the environment holds."""


class EmbeddedAws:
    """An AWS on a loopback port: APIs, message gateway and agents, over a pretended fleet.

    `seed` and `clock` decide everything that happens; `fleet` is the number of containers, None
    for the default; `port` 0 is any; with `denials` one region of the last account refuses to
    list its nodes, so that there is something to see; on `rdp_port` of loopback a real Remote
    Desktop server may stand for those of all Windows nodes, and `real_ports` has further real
    services on loopback by target and port. Everything ends with the context: shells, listeners
    and the temporary files.
    """

    environment: dict[str, str]
    """What a client's environment needs; known once the context is entered."""

    def __init__(
        self,
        *,
        seed: int = DEFAULT_SEED,
        fleet: int | None = None,
        clock: Clock | None = None,
        port: int = 0,
        denials: bool = False,
        rdp_port: int = 0,
        real_ports: Mapping[tuple[str, int], int] = NO_PORTS,
    ) -> None:
        self.clock: Clock = clock if clock is not None else HandClock()
        self.world = World(seed, fleet=fleet, clock=self.clock)
        self.conditions = Conditions(self.clock)
        # Clients hold the expiry of keys against their own, real clock.
        self.keyring = Keyring(RealClock())
        self.key: Key = self.keyring.user(self.world.accounts[0].number, USER)
        self.gateway = Gateway(
            base_url=lambda: self.url.replace("http:", "ws:", 1),
            find=self.world.machine,
            find_host=self.world.host,
            clock=self.clock.now,
            behaviour=Behaviour(rdp_port=rdp_port, real_ports=real_ports),
            decrypt=lambda *asked: self.backend.vault.open(*asked).plaintext,
        )
        self.passwords = Passwords()
        self.backend = Backend(
            world=self.world,
            gateway=self.gateway,
            keyring=self.keyring,
            conditions=self.conditions,
            pager=Pager(secrets.token_bytes(32)),
            passwords=self.passwords,
            url=lambda: self.url,
        )
        self._front = Front(Desk(self.backend), self.keyring, self.gateway.handle)
        self._wanted_port = port
        self._stack = AsyncExitStack()
        if denials:
            self.conditions.deny("ssm:DescribeInstance*", *list(self.world.sites)[-1])

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._front.url

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._front.port

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._front.open(self._wanted_port)
            stack.push_async_callback(self._front.close)
            await stack.enter_async_context(self.gateway)
            rdp_key = await self.passwords.private_key()
            profiles = Profiles(self.world, self.key, self.url, rdp_key)
            stack.callback(profiles.remove)
            self.environment = profiles.environment
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.conditions.clear()
        await self._stack.aclose()

    async def crash(self) -> None:
        """Be gone for all clients at once, as if the process had been killed.

        Only the port is: the fleet, the keys and the sessions' far ends are still there for
        `restart`.
        """
        await self._front.crash()

    async def restart(self) -> None:
        """Come back after a crash: on the same port, with the same keys and the same fleet."""
        await self._front.open(self.port)

    async def advance(self, seconds: float) -> None:
        """Let time pass (only with a HandClock), and what happens in it happen."""
        if not isinstance(self.clock, HandClock):
            raise TypeError("a real clock cannot be moved")
        self.clock.advance(seconds)
        self.settle()
        await asyncio.sleep(0)

    def settle(self) -> None:
        """End the sessions that are idle for too long, or on machines that are gone by now."""
        self.gateway.settle()
        for account, region in self.world.sites:
            for row in self.gateway.sessions(account, region, active=True):
                if self.world.machine(account, region, row.target) is None:
                    self.gateway.lost(account, region, row.target)

    async def live(self) -> None:
        """Settle every second, until cancelled; for the real clock."""
        while True:
            await asyncio.sleep(1.0)
            self.settle()
