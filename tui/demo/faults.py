"""What the embedded AWS refuses, with the codes and sentences that AWS uses."""

from collections.abc import Mapping
from types import MappingProxyType


class Fault(ValueError):
    """A refusal: AWS's error code, its message, and the HTTP status of the answer.

    `fields` are further members of the error's shape, by their wire names. The codes are those of
    botocore's service models, so that clients map them to their own exceptions.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = dict(fields)


class AccessDenied(Fault):
    """IAM says no; the sentence is the one that AWS writes, naming caller, action and resource."""

    def __init__(self, caller: str, action: str, resource: str, *, code: str = "") -> None:
        super().__init__(
            code or "AccessDeniedException",
            f"User: {caller} is not authorized to perform: {action} on resource: {resource} "
            f"because no identity-based policy allows the {action} action",
        )


class InvalidToken(Fault):
    """A page token that this request was never given."""


class InvalidDocument(Fault):
    """A session document that does not exist or cannot start this kind of session."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidDocument", message)


class TargetNotConnected(Fault):
    """The target's agent has no connection to Systems Manager."""

    def __init__(self, target: str) -> None:
        super().__init__("TargetNotConnected", f"{target} is not connected.")
