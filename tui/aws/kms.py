"""KMS: the data key of a session that is to be encrypted."""

import asyncio

from tui.aws.ask import Ask
from tui.aws.fields import Fields, items, text
from tui.aws.options import Place
from tui.errors import NotAllowed, NotRunning, Refused, Unreachable
from tui.model.wish import DataKey, Ticket
from tui.protocol.crypto import KEY_BYTES, encryption_context

KEY_SECONDS = 12.0
"""In all; the agent waits 15 s for the client's answer."""
_LONGEST_BLOB = 6_144
"""Octets, KMS's own limit for a ciphertext."""


async def data_key(ask: Ask, place: Place, ticket: Ticket, key_id: str, challenge: str) -> DataKey:
    """A fresh key for the ticket's session; raises a Trouble that names the key.

    It is bound to the session and to its target, and to the agent's `challenge` unless that is
    empty.
    """
    try:
        async with asyncio.timeout(KEY_SECONDS):
            target = await _target(ask, place, ticket)
            context = encryption_context(ticket.session_id, target, challenge)
            wanted = {
                "KeyId": key_id,
                "NumberOfBytes": KEY_BYTES,
                "EncryptionContext": context,
            }
            answer = await ask(place, "kms", "GenerateDataKey", wanted, target=key_id)
    except NotAllowed as denied:
        hint = "The session is encrypted with that key: it takes your IAM policy and the key's."
        raise NotAllowed(denied.what, hint) from None
    except TimeoutError:
        raise Unreachable(
            f"{place} gave no data key for the session within {KEY_SECONDS:g} s.",
            "Look at the network, the VPN and the proxy; KMS has an endpoint of its own.",
        ) from None
    return _read(answer, key_id)


def _read(answer: Fields, key_id: str) -> DataKey:
    plaintext, ciphertext = answer.get("Plaintext"), answer.get("CiphertextBlob")
    if isinstance(plaintext, bytes) and isinstance(ciphertext, bytes):
        key = DataKey(plaintext, ciphertext)
        if len(plaintext) == KEY_BYTES and 0 < len(ciphertext) <= _LONGEST_BLOB:
            return key
    raise Refused(
        f"KMS gave no data key of {KEY_BYTES} octets for {key_id}.",
        "Look at the endpoint override, or at a proxy on the way.",
        code="IncompleteAnswer",
    )


async def _target(ask: Ask, place: Place, ticket: Ticket) -> str:
    """The target as its agent calls itself; only DescribeTasks tells a container's runtime id."""
    if not (ticket.target.startswith("ecs:") and ticket.target.endswith("_")):
        return ticket.target
    cluster, _, task = ticket.target.removeprefix("ecs:").removesuffix("_").rpartition("_")
    answer = await ask(place, "ecs", "DescribeTasks", {"cluster": cluster, "tasks": [task]})
    containers = [c for one in items(answer, "tasks")[:1] for c in items(one, "containers")]
    if ticket.container:
        containers = [one for one in containers if text(one, "name") == ticket.container]
    runtime = text(containers[0], "runtimeId") if len(containers) == 1 else ""
    if runtime:
        return f"{ticket.target}{runtime}"
    raise NotRunning(
        f"The container {ticket.container} of task {task} has no runtime id to encrypt for.",
        "It may just have stopped: choose a running task.",
    )
