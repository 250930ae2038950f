"""JSON payloads of strangers, read with suspicion and written the way the peers write them."""

import json
from collections.abc import Mapping

from tui.errors import ProtocolTrouble

LONGEST_TEXT = 8_192
"""Characters kept of any sentence that a peer sends for a person to read."""


def read_object(payload: bytes | str, what: str) -> dict[str, object]:
    """The JSON object in `payload`; `what` names the payload in the trouble.

    Raises ProtocolTrouble for anything that is not one JSON object in UTF-8, however deep it is
    nested or long its numbers are.
    """
    try:
        parsed = json.loads(payload)
    except (ValueError, RecursionError):
        # the cause would carry the whole text, and that may hold a token
        raise ProtocolTrouble(f"The peer sent {what} that is not JSON.") from None
    if not isinstance(parsed, dict):
        raise ProtocolTrouble(f"The peer sent {what} that is not a JSON object.")
    return parsed


def write_object(fields: Mapping[str, object]) -> bytes:
    """`fields` as compact JSON, the keys in the order given, as Go writes a struct."""
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def text_field(fields: Mapping[str, object], key: str, what: str) -> str:
    """The text under `key`, empty when it is absent or null; made safe to encode as UTF-8.

    Raises ProtocolTrouble when the value is not text.
    """
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ProtocolTrouble(f"The peer sent {what} whose {key} is not text.")
    # JSON can spell half of a surrogate pair, which no terminal and no file accepts
    return value.encode("utf-8", "replace").decode("utf-8")


def whole_number_field(fields: Mapping[str, object], key: str, what: str) -> int:
    """The integer under `key`; ProtocolTrouble when it is absent or not an integer."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProtocolTrouble(f"The peer sent {what} whose {key} is not a whole number.")
    return value


def write_size(cols: int, rows: int) -> bytes:
    """The payload that tells the size of the terminal, in cells; each side fits in 16 bits."""
    sides = {"cols": cols, "rows": rows}
    return write_object({name: min(max(side, 1), 65_535) for name, side in sides.items()})
