"""Sessions at AWS: started, resumed and terminated in the account and region of the wish."""

from collections.abc import Mapping
from dataclasses import replace

from tui.aws.ask import Ask
from tui.aws.fields import Fields, fields, last_part, text
from tui.aws.options import Place
from tui.errors import Refused
from tui.model.wish import ExecuteCommand, StartSession, Ticket, Wish

_GONE = "DoesNotExistException"
_LONGEST_TOKEN = 65_536


async def start(ask: Ask, place: Place, wish: Wish, *, loopback_allowed: bool) -> Ticket:
    """A ticket for the wish; raises a `SessionTrouble` or an `AskTrouble` that names the target."""
    if isinstance(wish, StartSession):
        answer = await ask(
            place, "ssm", "StartSession", _start_session(wish), target=_shown(wish.target)
        )
        session = _names(answer, "SessionId", "StreamUrl", "TokenValue")
        target, container, must_encrypt = wish.target, "", False
    else:
        answer = await ask(
            place, "ecs", "ExecuteCommand", _execute_command(wish), target=_described(wish)
        )
        session = _names(fields(answer, "session"), "sessionId", "streamUrl", "tokenValue")
        target = _ecs_target(wish, answer)
        container = text(answer, "containerName") or wish.container
        must_encrypt = wish.must_encrypt
    session_id, stream_url, token = session
    ticket = Ticket(
        session_id=session_id,
        stream_url=stream_url,
        token=token,
        account=wish.account,
        region=place.region,
        target=target,
        container=container,
        loopback_allowed=loopback_allowed,
        must_encrypt=must_encrypt,
    )
    if not (session_id and stream_url and token):
        if session_id:
            await terminate(ask, place, ticket)
        raise Refused(
            f"{place} gave no way into the session on {_shown(target)}.",
            "Its answer has no session id, address or token.",
            code="IncompleteAnswer",
        )
    return ticket


async def resume(ask: Ask, place: Place, ticket: Ticket) -> Ticket | None:
    """The same session with a fresh token; the stream's address stays. None: it is over."""
    try:
        answer = await ask(place, "ssm", "ResumeSession", {"SessionId": ticket.session_id})
    except Refused as refused:
        if refused.code == _GONE:
            return None
        raise
    token = _whole_text(answer, "TokenValue")
    if not token:
        return None
    return replace(ticket, token=token)


async def terminate(ask: Ask, place: Place, ticket: Ticket) -> None:
    """Ends the session; one that is over already is fine."""
    try:
        await ask(place, "ssm", "TerminateSession", {"SessionId": ticket.session_id})
    except Refused as refused:
        if refused.code != _GONE:
            raise


def _start_session(wish: StartSession) -> dict[str, object]:
    parameters: dict[str, object] = {"Target": wish.target}
    if wish.document:
        parameters["DocumentName"] = wish.document
    if wish.parameters:
        parameters["Parameters"] = {name: list(value) for name, value in wish.parameters.items()}
    if wish.reason:
        parameters["Reason"] = wish.reason
    return parameters


def _execute_command(wish: ExecuteCommand) -> dict[str, object]:
    parameters: dict[str, object] = {
        "cluster": wish.cluster,
        "task": wish.task,
        "command": wish.command,
        "interactive": True,
    }
    if wish.container:
        parameters["container"] = wish.container
    return parameters


def _ecs_target(wish: ExecuteCommand, answer: Fields) -> str:
    """`ecs:<cluster>_<task>_<runtime>`; ECS does not tell the runtime id, so without one in the
    wish it is missing at the end. Only encryption needs it."""
    cluster = last_part(text(answer, "clusterArn")) or last_part(wish.cluster)
    task = last_part(text(answer, "taskArn")) or last_part(wish.task)
    return f"ecs:{cluster}_{task}_{wish.runtime_id}"


def _described(wish: ExecuteCommand) -> str:
    """The container for a sentence."""
    task = f"task {_shown(last_part(wish.task))} of {_shown(last_part(wish.cluster))}"
    return f"{_shown(wish.container)} in {task}" if wish.container else task


def _shown(name: str) -> str:
    """A name that a person gave, fit for one line."""
    plain = "".join(c if c.isprintable() else "?" for c in name[:200])
    return plain if len(name) <= 200 else f"{plain}…"


def _names(answer: Fields, session_id: str, url: str, token: str) -> tuple[str, str, str]:
    return (text(answer, session_id), _whole_text(answer, url), _whole_text(answer, token))


def _whole_text(answer: Mapping[str, object], key: str) -> str:
    """A text that is of no use when cut; empty when there is none or it is absurdly long."""
    value = answer.get(key)
    return value if isinstance(value, str) and len(value) <= _LONGEST_TOKEN else ""
