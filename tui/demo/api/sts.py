"""Security Token Service: who am I, and roles in other accounts."""

import re
from collections.abc import Mapping

from tui.demo.api.call import Answer, Call, Handler

_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:[\w+=,.@-]+/)*([\w+=,.@-]+)")


def get_caller_identity(call: Call) -> Answer:
    """The account and ARN of the key that signed."""
    return {"UserId": call.key.user_id, "Account": call.account, "Arn": call.key.arn}


def assume_role(call: Call) -> Answer:
    """Temporary keys for a role of any account in the fleet."""
    arn = call.params["RoleArn"]
    found = _ROLE.fullmatch(arn)
    if found is None or call.world.account(found[1]) is None:
        refusal = call.denied(arn)
        refusal.code = "AccessDenied"
        raise refusal
    seconds = call.params.get("DurationSeconds", 3_600)
    key = call.backend.keyring.role(found[1], found[2], call.params["RoleSessionName"], seconds)
    return {
        "Credentials": {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": key.secret,
            "SessionToken": key.token,
            "Expiration": key.expires,
        },
        "AssumedRoleUser": {"AssumedRoleId": key.user_id, "Arn": key.arn},
    }


HANDLERS: Mapping[str, Handler] = {
    "GetCallerIdentity": get_caller_identity,
    "AssumeRole": assume_role,
}
