"""Systems Manager's sessions: StartSession, ResumeSession, TerminateSession, DescribeSessions."""

from collections.abc import Callable, Mapping

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.api.gate import Issued, SessionRow
from tui.demo.faults import Fault, TargetNotConnected

SHELL_DOCUMENT = "SSM-SessionManagerRunShell"


def _answer(issued: Issued) -> Answer:
    return {
        "SessionId": issued.session_id,
        "StreamUrl": issued.stream_url,
        "TokenValue": issued.token,
    }


def start_session(call: Call) -> Answer:
    """A session on a node or container whose agent is connected."""
    target = call.params["Target"]
    machine = call.site.machine(target)
    if machine is None:
        raise TargetNotConnected(target)
    return _answer(
        call.backend.gateway.start(
            machine=machine,
            document=call.params.get("DocumentName", SHELL_DOCUMENT),
            parameters=call.params.get("Parameters", {}),
            owner=call.key.arn,
            reason=call.params.get("Reason", ""),
            kms_key=call.site.session_key,
        )
    )


def resume_session(call: Call) -> Answer:
    """A fresh token for a session that is not over; no token for one that is."""
    session_id = call.params["SessionId"]
    issued = call.backend.gateway.resume(call.account, call.region, session_id)
    if issued is not None:
        return _answer(issued)
    if any(row.session_id == session_id for row in _rows(call, active=False)):
        return {"SessionId": session_id}
    raise Fault("DoesNotExistException", f"Session {session_id} does not exist.")


def terminate_session(call: Call) -> Answer:
    """End a session for good; one that is over already stays so."""
    session_id = call.params["SessionId"]
    call.backend.gateway.terminate(call.account, call.region, session_id)
    return {"SessionId": session_id}


def _rows(call: Call, *, active: bool) -> list[SessionRow]:
    return list(call.backend.gateway.sessions(call.account, call.region, active=active))


def describe_sessions(call: Call) -> Answer:
    """The active sessions, or those of the past, the newest first within a page."""
    rows = _rows(call, active=call.params["State"] == "Active")
    for one in call.params.get("Filters", ()):
        fits = _filter(one["key"], one["value"])
        rows = [row for row in rows if fits(row)]
    rows.sort(key=_key)
    chosen, token = call.page(
        rows, _key, call.params.get("MaxResults", 50), call.params.get("NextToken")
    )
    answer: Answer = {"Sessions": [_describe(row) for row in chosen]}
    return {**answer, "NextToken": token} if token else answer


def _key(row: SessionRow) -> str:
    """Newest first."""
    return f"{10_000_000_000 - row.started:020.3f} {row.session_id}"


def _filter(key: str, value: str) -> Callable[[SessionRow], bool]:
    if key in ("Target", "Owner", "SessionId", "Status"):
        names = {"Target": "target", "Owner": "owner", "SessionId": "session_id"}
        return lambda row: str(getattr(row, names.get(key, "status"))) == value
    if key == "AccessType":
        return lambda row: value == "Standard"
    raise Fault("InvalidFilterKey", f"The filter key {key} is not supported.")


def _describe(row: SessionRow) -> Answer:
    found: Answer = {
        "SessionId": row.session_id,
        "Target": row.target,
        "Status": row.status,
        "StartDate": row.started,
        "DocumentName": row.document,
        "Owner": row.owner,
        "AccessType": "Standard",
        "OutputUrl": {},
    }
    if row.reason:
        found["Reason"] = row.reason
    if row.ended:
        found["EndDate"] = row.ended
    return found


SESSION_HANDLERS: Mapping[str, Handler] = {
    "StartSession": start_session,
    "ResumeSession": resume_session,
    "TerminateSession": terminate_session,
    "DescribeSessions": describe_sessions,
}
