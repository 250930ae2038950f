"""The handshake that opens a session: what the agent asks, what the client answers, both sides.

The agent requests actions, the client answers each of them in the same order, and the agent
completes. Any status but SUCCESS makes the agent end the session. See the open source of
`session-manager-plugin` (`message/handshakemessage.go`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from tui.errors import ProtocolTrouble, Unsupported
from tui.protocol.events import KeyWanted
from tui.protocol.payload import (
    LONGEST_TEXT,
    read_object,
    text_field,
    whole_number_field,
    write_object,
)
from tui.protocol.ports import PORT

SHELL = "Standard_Stream"
INTERACTIVE = "InteractiveCommands"
NON_INTERACTIVE = "NonInteractiveCommands"
SESSION_TYPES = frozenset({SHELL, INTERACTIVE, NON_INTERACTIVE, PORT})

SESSION_TYPE_ACTION = "SessionType"
ENCRYPTION_ACTION = "KMSEncryption"

_MOST_ACTIONS = 32
_KEY_ID = re.compile(r"[0-9A-Za-z:/_.=@+-]{1,2048}")
_CHALLENGE = re.compile(r"[0-9A-Za-z+/=_-]{0,1024}")


class ActionStatus(IntEnum):
    """How the client fared with a requested action."""

    SUCCESS = 1
    FAILED = 2
    UNSUPPORTED = 3


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the agent asks of the client."""

    type: str
    """SESSION_TYPE_ACTION, ENCRYPTION_ACTION, or something newer than this program."""
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HandshakeRequest:
    """Agent to client, payload type HANDSHAKE_REQUEST."""

    agent_version: str
    actions: tuple[Action, ...]

    def encode(self) -> bytes:
        """The JSON payload."""
        actions = [{"ActionType": a.type, "ActionParameters": a.parameters} for a in self.actions]
        return write_object({"AgentVersion": self.agent_version, "RequestedClientActions": actions})


@dataclass(frozen=True, slots=True)
class ProcessedAction:
    """The client's answer to one action."""

    type: str
    status: int
    """An `ActionStatus`, or a number that nobody defined (the plugin once sends 0)."""
    result: Mapping[str, object] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class HandshakeResponse:
    """Client to agent, payload type HANDSHAKE_RESPONSE."""

    client_version: str
    actions: tuple[ProcessedAction, ...]
    errors: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the client did everything that was asked."""
        return all(action.status == ActionStatus.SUCCESS for action in self.actions)

    def encode(self) -> bytes:
        """The JSON payload."""
        actions = [
            {
                "ActionType": action.type,
                "ActionStatus": int(action.status),
                "ActionResult": action.result,
                "Error": action.error,
            }
            for action in self.actions
        ]
        return write_object(
            {
                "ClientVersion": self.client_version,
                "ProcessedClientActions": actions,
                "Errors": list(self.errors) or None,
            }
        )


@dataclass(frozen=True, slots=True)
class HandshakeComplete:
    """Agent to client, payload type HANDSHAKE_COMPLETE: from now on data flows."""

    nanoseconds: int = 0
    """How long the handshake took."""
    customer_message: str = ""
    """A sentence for the person, often empty."""

    def encode(self) -> bytes:
        """The JSON payload."""
        return write_object(
            {
                "HandshakeTimeToComplete": self.nanoseconds,
                "CustomerMessage": self.customer_message,
            }
        )


def session_type_action(session_type: str, properties: Mapping[str, object] | None) -> Action:
    """The action every request has; `properties` is null for all types but Port."""
    return Action(SESSION_TYPE_ACTION, {"SessionType": session_type, "Properties": properties})


def parse_request(payload: bytes) -> HandshakeRequest:
    """The agent's request; ProtocolTrouble when it cannot be read."""
    what = "a handshake request"
    fields = read_object(payload, what)
    actions = tuple(
        Action(text_field(item, "ActionType", what), _object(item, "ActionParameters", what) or {})
        for item in _objects(fields, "RequestedClientActions", what)
    )
    return HandshakeRequest(text_field(fields, "AgentVersion", what), actions)


def parse_response(payload: bytes) -> HandshakeResponse:
    """The client's response; ProtocolTrouble when it cannot be read."""
    what = "a handshake response"
    fields = read_object(payload, what)
    actions = tuple(
        ProcessedAction(
            text_field(item, "ActionType", what),
            whole_number_field(item, "ActionStatus", what),
            _object(item, "ActionResult", what),
            text_field(item, "Error", what),
        )
        for item in _objects(fields, "ProcessedClientActions", what)
    )
    errors = tuple(error for error in _list(fields, "Errors", what) if isinstance(error, str))
    return HandshakeResponse(text_field(fields, "ClientVersion", what), actions, errors)


def parse_complete(payload: bytes) -> HandshakeComplete:
    """The agent's completion; ProtocolTrouble when it cannot be read."""
    what = "a handshake completion"
    fields = read_object(payload, what)
    return HandshakeComplete(
        whole_number_field(fields, "HandshakeTimeToComplete", what),
        text_field(fields, "CustomerMessage", what)[:LONGEST_TEXT],
    )


@dataclass(slots=True)
class Answer:
    """What the client makes of a request."""

    session_type: str = SHELL
    properties: Mapping[str, object] = field(default_factory=dict)
    actions: list[ProcessedAction] = field(default_factory=list)
    refusal: Unsupported | None = None
    """Why the session cannot go on; the response is sent all the same, so that the agent knows."""
    key_wanted: KeyWanted | None = None
    """The session is to be encrypted: the response waits until `settle_key` has been called."""

    def settle_key(self, result: Mapping[str, object] | None, error: str = "") -> None:
        """There is a key, with this result for the agent; or there is none, for this reason."""
        status = ActionStatus.FAILED if error else ActionStatus.SUCCESS
        settled = ProcessedAction(ENCRYPTION_ACTION, status, result, error)
        self.actions = [settled if a.type == ENCRYPTION_ACTION else a for a in self.actions]


def answer(request: HandshakeRequest) -> Answer:
    """Process the requested actions in order.

    Raises ProtocolTrouble when an action that we know has unreadable parameters.
    """
    made = Answer()
    for action in request.actions:
        if action.type == SESSION_TYPE_ACTION:
            _take_session_type(made, action)
        elif action.type == ENCRYPTION_ACTION:
            _take_encryption(made, action)
        else:
            _refuse(
                made, action, 3, f"The agent asks for “{action.type[:80]}”, which Hatchway lacks."
            )
    return made


def _take_session_type(made: Answer, action: Action) -> None:
    """Accept one of the four session types."""
    what = "a handshake request"
    wanted = text_field(action.parameters, "SessionType", what)
    if wanted not in SESSION_TYPES:
        _refuse(made, action, 2, f"The session is of an unknown type, “{wanted[:80]}”.")
        return
    made.session_type = wanted
    made.properties = _object(action.parameters, "Properties", what) or {}
    made.actions.append(ProcessedAction(action.type, ActionStatus.SUCCESS))


def _take_encryption(made: Answer, action: Action) -> None:
    """Note which key is wanted; until there is one, the action counts as failed."""
    what = "a handshake request"
    wanted = KeyWanted(
        text_field(action.parameters, "KMSKeyId", what),
        text_field(action.parameters, "Challenge", what),
    )
    if not _KEY_ID.fullmatch(wanted.key_id) or not _CHALLENGE.fullmatch(wanted.challenge):
        raise ProtocolTrouble("The agent asks for encryption with something that is not a KMS key.")
    if made.key_wanted:
        raise ProtocolTrouble("The agent asks for encryption twice.")
    made.key_wanted = wanted
    made.actions.append(ProcessedAction(action.type, ActionStatus.FAILED, None, "there is no key"))


def _refuse(
    made: Answer, action: Action, status: Literal[2, 3], error: str, hint: str = ""
) -> None:
    """Answer an action with FAILED or UNSUPPORTED; the first refusal is the one told."""
    made.actions.append(ProcessedAction(action.type, ActionStatus(status), None, error))
    made.refusal = made.refusal or Unsupported(error, hint or "Update Hatchway, if you can.")


def _list(fields: Mapping[str, object], key: str, what: str) -> list[object]:
    """The list under `key`, empty when absent or null."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST_ACTIONS:
        raise ProtocolTrouble(f"The peer sent {what} whose {key} is not a short list.")
    return value


def _objects(fields: Mapping[str, object], key: str, what: str) -> list[dict[str, object]]:
    """The list of JSON objects under `key`."""
    items = _list(fields, key, what)
    if not all(isinstance(item, dict) for item in items):
        raise ProtocolTrouble(f"The peer sent {what} whose {key} holds something odd.")
    return [item for item in items if isinstance(item, dict)]


def _object(fields: Mapping[str, object], key: str, what: str) -> dict[str, object] | None:
    """The JSON object under `key`, None when absent or null."""
    value = fields.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise ProtocolTrouble(f"The peer sent {what} whose {key} is not a JSON object.")
