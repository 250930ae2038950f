"""What went wrong and what to do about it.

Every error that a person may meet is a `Trouble`: one sentence that says what happened, and a
hint that says what to do. It is typed where it is born and shown where it matters: on the row it
concerns, as a toast, or as one line on stderr.

    Trouble
    ├── WrongUse              a flag, an argument or a target that makes no sense (exit status 2)
    │   ├── NoSuchTarget      nothing has that address; carries the near matches
    │   ├── AmbiguousTarget   several things have it; carries the candidates
    │   └── WrongSettings     the settings file or an environment variable cannot be used
    ├── AskTrouble            AWS was asked and there is no answer to work with
    │   ├── LoginExpired      credentials are missing, expired or refused
    │   ├── NotAllowed        IAM says no
    │   ├── Throttled         too many calls; asked again later
    │   ├── Unreachable       no connection, no name, no answer in time
    │   ├── NotEnabled        the region or the service is not enabled for this account
    │   └── Refused           any other error code of AWS
    └── SessionTrouble        a session cannot start or go on
        ├── AgentOffline      the target's agent is not connected (TargetNotConnected)
        ├── ExecDisabled      ECS Exec is off for the task, or its agent is not running
        ├── NotRunning        the target is stopped, stopping or not started yet
        ├── Unsupported       this kind of session is not possible on this target or with this peer
        ├── ConnectionLost    the data channel broke
        ├── ProtocolTrouble   the peer sent bytes that are not Session Manager's protocol
        └── PortTaken         the local port is in use or may not be opened
"""

from collections.abc import Sequence


class Trouble(Exception):
    """Something a person can understand: `what` happened, and a `hint` on what to do."""

    exit_status = 1
    """The exit status of a command that ends with this trouble."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class WrongUse(Trouble):
    """The person asked for something that makes no sense."""

    exit_status = 2


class NoSuchTarget(WrongUse):
    """Nothing has the address that was given."""

    def __init__(self, wanted: str, near: Sequence[str] = ()) -> None:
        hint = f"Did you mean: {', '.join(near)}?" if near else "`hatchway ls` lists what there is."
        super().__init__(f"There is no “{wanted}”.", hint)
        self.wanted = wanted
        self.near = tuple(near)


class AmbiguousTarget(WrongUse):
    """Several things have the address that was given."""

    def __init__(self, wanted: str, candidates: Sequence[str]) -> None:
        shown = ", ".join(candidates[:8]) + (", …" if len(candidates) > 8 else "")
        super().__init__(f"“{wanted}” is the name of {len(candidates)} things.", f"One of: {shown}")
        self.wanted = wanted
        self.candidates = tuple(candidates)


class WrongSettings(WrongUse):
    """The settings cannot be used."""


class AskTrouble(Trouble):
    """AWS was asked and there is no answer to work with."""


class LoginExpired(AskTrouble):
    """Credentials are missing, expired or refused."""


class NotAllowed(AskTrouble):
    """IAM says no."""


class Throttled(AskTrouble):
    """AWS refused because of too many calls."""


class Unreachable(AskTrouble):
    """No connection, no such name, or no answer in time."""


class NotEnabled(AskTrouble):
    """The region or the service is not enabled for this account."""


class Refused(AskTrouble):
    """Any other error of AWS; `code` is AWS's own."""

    def __init__(self, what: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(what, hint)
        self.code = code


class SessionTrouble(Trouble):
    """A session cannot start or go on."""


class AgentOffline(SessionTrouble):
    """The target's agent is not connected to Session Manager."""


class ExecDisabled(SessionTrouble):
    """ECS Exec is off for the task, or its agent is not running."""


class NotRunning(SessionTrouble):
    """The target is stopped, stopping, or has not started yet."""


class Unsupported(SessionTrouble):
    """This kind of session is not possible on this target, or with this peer."""


class ConnectionLost(SessionTrouble):
    """The data channel broke."""


class ProtocolTrouble(SessionTrouble):
    """The peer sent something that is not Session Manager's protocol."""


class PortTaken(SessionTrouble):
    """The local port is in use, or may not be opened."""
