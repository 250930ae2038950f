"""Systems Manager's session documents, as GetDocument tells of them."""

import json

from tui.demo.api.call import Answer, Call
from tui.demo.api.session_api import SHELL_DOCUMENT
from tui.demo.documents import KNOWN, session_type
from tui.demo.faults import InvalidDocument


def get_document(call: Call) -> Answer:
    """A session document; the one of the default shell holds the account's preferences."""
    name = call.params["Name"].rpartition("/")[2]
    if name not in KNOWN:
        raise InvalidDocument(f"Document with name {call.params['Name']} does not exist.")
    content: Answer = {
        "schemaVersion": "1.0",
        "description": f"The embedded AWS's {name}",
        "sessionType": session_type(name),
    }
    if name == SHELL_DOCUMENT:
        minutes = max(1, int(call.backend.gateway.idle_timeout // 60))
        content["inputs"] = {
            "idleSessionTimeout": str(minutes),
            "kmsKeyId": "",
            "runAsEnabled": False,
            "shellProfile": {"linux": "", "windows": ""},
        }
    return {
        "Name": name,
        "DocumentVersion": "1",
        "Status": "Active",
        "Content": json.dumps(content),
        "DocumentType": "Session",
        "DocumentFormat": "JSON",
    }
