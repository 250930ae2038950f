"""The front desk of the APIs: takes a signed request's bytes and gives back the answer's bytes.

It reads the protocol, checks the parameters, meets the conditions in force, lets the operation's
handler answer, and writes the answer or the refusal in the service's own form.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import uuid4

from tui.demo.api import ec2, ecs, iam, kms, logs, organizations, sqs, ssm, sts
from tui.demo.api.call import Backend, Call, Handler, Wait
from tui.demo.conditions import Asked
from tui.demo.faults import AccessDenied, Fault
from tui.demo.signature import Incoming, Scope, verify
from tui.demo.wire.answers import query_error, write, write_fault
from tui.demo.wire.checks import check
from tui.demo.wire.models import SERVICES
from tui.demo.wire.requests import read

HANDLERS: Mapping[str, Mapping[str, Handler]] = MappingProxyType(
    {
        "ec2": ec2.HANDLERS,
        "ecs": ecs.HANDLERS,
        "iam": iam.HANDLERS,
        "kms": kms.HANDLERS,
        "logs": logs.HANDLERS,
        "organizations": organizations.HANDLERS,
        "sqs": sqs.HANDLERS,
        "ssm": ssm.HANDLERS,
        "sts": sts.HANDLERS,
    }
)
"""Every operation that is answered, by service."""
WAITS: Mapping[str, Wait] = MappingProxyType({"sqs:ReceiveMessage": sqs.wait})
"""What is waited for before a call is answered, by action."""
_INSTANCES = "ec2:DescribeInstances"
_NARROWING = frozenset({"InstanceIds", "Filters", "MaxResults"})
_PRESUMED = re.compile(r"Credential=[^/,]{1,128}/\d{8}/[a-z0-9-]{1,64}/([a-z0-9-]{1,64})/")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP."""

    status: int
    content_type: str
    body: bytes
    request_id: str
    query_error: str = ""
    """Of services that once spoke the query protocol: the code from then, and whose fault."""


class Desk:
    """Answers requests for all services on one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._closed = False

    def open(self) -> None:
        """Let calls wait for what they want to hear."""
        self._closed = False

    def close(self) -> None:
        """Let no call wait any longer."""
        self._closed = True

    async def answer(
        self, request: Incoming, now: float, gone: Callable[[], bool] = lambda: False
    ) -> Reply:
        """The reply to a request; `now` is the real time, against which its date is held.

        `gone` tells whether the client has left before it was answered.
        """
        request_id = str(uuid4())
        service = _presumed_service(request)
        try:
            scope = verify(request, self._backend.keyring, now)
            content_type, body = await self._work(request, scope, request_id, gone)
        except Fault as fault:
            dressed = _dressed(service, fault)
            content_type, body = write_fault(service, dressed, request_id)
            error = query_error(service, dressed)
            return Reply(dressed.status, content_type, body, request_id, error)
        return Reply(200, content_type, body, request_id)

    async def _work(
        self, request: Incoming, scope: Scope, request_id: str, gone: Callable[[], bool]
    ) -> tuple[str, bytes]:
        operation, params = read(scope.service, request.header("x-amz-target"), request.body)
        handler = HANDLERS[scope.service].get(operation.name)
        action = f"{scope.service}:{operation.name}"
        await self._backend.conditions.meet(
            Asked(
                action,
                scope.key.account,
                scope.region,
                scope.key.arn,
                whole=action == _INSTANCES and not _NARROWING & params.keys(),
            )
        )
        if handler is None:
            raise Fault("UnknownOperationException", f"The embedded AWS does not have {action}.")
        check(scope.service, operation, params)
        call = Call(
            service=scope.service,
            operation=operation.name,
            params=params,
            key=scope.key,
            region=scope.region,
            backend=self._backend,
        )
        wait = WAITS.get(action)
        if wait is not None:
            await wait(call, lambda: self._closed or gone())
            if gone():
                raise Fault("RequestCanceled", "The client has left.")
        return write(scope.service, operation, handler(call), request_id)


def _presumed_service(request: Incoming) -> str:
    """The service that a request claims to be for, so that even its refusal has the right form."""
    found = _PRESUMED.search(request.header("authorization"))
    return found[1] if found is not None and found[1] in SERVICES else "sts"


def _dressed(service: str, fault: Fault) -> Fault:
    """The fault with the code that the service uses for it."""
    if service == "ec2" and isinstance(fault, AccessDenied):
        return Fault("UnauthorizedOperation", fault.message, status=403)
    if service == "ec2" and fault.code == "ThrottlingException":
        return Fault("RequestLimitExceeded", "Request limit exceeded.", status=503)
    if service in ("ec2", "sts", "iam") and fault.code == "UnknownOperationException":
        return Fault("InvalidAction", fault.message)
    if service in ("sts", "iam"):
        if isinstance(fault, AccessDenied):
            return Fault("AccessDenied", fault.message, status=403)
        if fault.code == "ThrottlingException":
            return Fault("Throttling", fault.message)
    return fault
