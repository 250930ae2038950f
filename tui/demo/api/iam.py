"""Identity and Access Management: would a call be allowed?"""

from collections.abc import Mapping

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.conditions import Asked


def simulate_principal_policy(call: Call) -> Answer:
    """Whether each action would be allowed; denied is what the conditions in force deny."""
    resources = call.params.get("ResourceArns") or ["*"]
    results = []
    for action in call.params["ActionNames"]:
        for resource in resources:
            region = resource.split(":")[3] if resource.count(":") >= 5 else ""
            asked = Asked(action, call.account, region, call.params["PolicySourceArn"], resource)
            denied = call.backend.conditions.denied(asked)
            results.append(
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": "explicitDeny" if denied else "allowed",
                    "MatchedStatements": [],
                    "MissingContextValues": [],
                }
            )
    return {"EvaluationResults": results, "IsTruncated": False}


HANDLERS: Mapping[str, Handler] = {"SimulatePrincipalPolicy": simulate_principal_policy}
