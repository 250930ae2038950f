"""Organizations: the accounts of the fleet, told to the management account only."""

from collections.abc import Mapping

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.faults import Fault

_ORGANIZATION = "o-hatchdemo1"


def _arn(call: Call, kind: str, name: str) -> str:
    manager = call.world.accounts[0].number
    return f"arn:aws:organizations::{manager}:{kind}/{_ORGANIZATION}{name}"


def list_accounts(call: Call) -> Answer:
    """All accounts; only the management account may ask."""
    if call.account != call.world.accounts[0].number:
        raise Fault("AccessDeniedException", "You don't have permissions to access this resource.")
    accounts = sorted(call.world.accounts, key=lambda one: one.number)
    chosen, token = call.page(
        accounts,
        lambda one: one.number,
        call.params.get("MaxResults", 20),
        call.params.get("NextToken"),
    )
    answer: Answer = {
        "Accounts": [
            {
                "Id": one.number,
                "Arn": _arn(call, "account", f"/{one.number}"),
                "Email": f"aws+{one.name}@example.com",
                "Name": one.name,
                "Status": "ACTIVE",
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": 1_600_000_000.0,
            }
            for one in chosen
        ]
    }
    return {**answer, "NextToken": token} if token else answer


def describe_organization(call: Call) -> Answer:
    """The organization that all accounts belong to."""
    manager = call.world.accounts[0]
    return {
        "Organization": {
            "Id": _ORGANIZATION,
            "Arn": _arn(call, "organization", ""),
            "FeatureSet": "ALL",
            "MasterAccountArn": _arn(call, "account", f"/{manager.number}"),
            "MasterAccountId": manager.number,
            "MasterAccountEmail": f"aws+{manager.name}@example.com",
        }
    }


HANDLERS: Mapping[str, Handler] = {
    "ListAccounts": list_accounts,
    "DescribeOrganization": describe_organization,
}
