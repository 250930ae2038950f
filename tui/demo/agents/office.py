"""What all agents share: homes and services; and which agent does which job."""

import sys
from collections.abc import Callable

from tui.demo.agents.agent import Agent, TaskFailed
from tui.demo.agents.basic_port import BasicPortAgent
from tui.demo.agents.command import CommandAgent
from tui.demo.agents.destination import Destinations
from tui.demo.agents.homes import Homes
from tui.demo.agents.multiplexed_port import MultiplexedPortAgent
from tui.demo.agents.processes import end_all_in
from tui.demo.agents.services import Services
from tui.demo.agents.shell import ShellAgent
from tui.demo.behaviour import Behaviour
from tui.demo.documents import Job, NonInteractive, Port
from tui.demo.machine import Machine
from tui.protocol.ports import PORT, agent_port_mode, port_mode

FindHost = Callable[[str, str, str], Machine | None]
"""The machine of an account, a region and a name, None when there is none."""


class Office:
    """Hires agents, and owns what they leave: home directories and listening services."""

    def __init__(self, behaviour: Behaviour, find_host: FindHost) -> None:
        self._behaviour = behaviour
        self._find_host = find_host
        self._homes = Homes()
        self._services = Services(behaviour.rdp_port, behaviour.real_ports)

    def hire(self, job: Job, machine: Machine, client_version: str) -> Agent:
        """The agent for a job; the client's version decides how ports are carried.

        Raises TaskFailed for shells and commands on Windows, which has no pseudo-terminals.
        """
        if sys.platform == "win32" and not isinstance(job, Port):
            raise TaskFailed("The demo's shells and commands need Linux or macOS.")
        if isinstance(job, NonInteractive):
            return CommandAgent(job, machine, self._homes)
        if isinstance(job, Port):
            return self._port(job, machine, client_version)
        return ShellAgent(job, machine, self._homes, self._behaviour)

    def lost(self, target: str) -> None:
        """The machine is gone: nothing listens there any more."""
        self._services.stop(target)

    async def close(self) -> None:
        """Close every port, kill what fled its session, remove every home."""
        await self._services.close()
        if root := self._homes.root:
            end_all_in(root)
        self._homes.remove()

    def _port(self, job: Port, machine: Machine, client_version: str) -> Agent:
        """Multiplexed when both sides can, as each of them will find out by itself."""
        destinations = Destinations(machine, self._services, self._find_host)
        modes = {
            port_mode(machine.agent or self._behaviour.agent_version, PORT, job.properties),
            agent_port_mode(client_version, job.properties),
        }
        if modes == {"mux"}:
            return MultiplexedPortAgent(job, destinations, self._behaviour)
        return BasicPortAgent(job, destinations, reconnects="stdio" not in modes)
