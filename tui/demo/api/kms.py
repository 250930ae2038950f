"""Key Management Service: data keys for encrypted sessions."""

from collections.abc import Mapping

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.faults import Fault


def _arn(call: Call, name: str) -> str:
    """The ARN of a key or alias; the demo has every key, but only in the caller's own place."""
    if name.startswith("arn:"):
        if not name.startswith(f"arn:aws:kms:{call.region}:{call.account}:"):
            raise Fault("NotFoundException", f"Key '{name}' does not exist")
        return name
    kind = name if name.startswith("alias/") else f"key/{name}"
    return f"arn:aws:kms:{call.region}:{call.account}:{kind}"


def generate_data_key(call: Call) -> Answer:
    """A new data key, as itself and as ciphertext."""
    size = call.params.get("NumberOfBytes", 16 if call.params.get("KeySpec") == "AES_128" else 32)
    arn = _arn(call, call.params["KeyId"])
    plaintext, ciphertext = call.backend.vault.generate(
        size, arn, call.account, call.region, call.params.get("EncryptionContext", {})
    )
    return {"CiphertextBlob": ciphertext, "Plaintext": plaintext, "KeyId": arn}


def decrypt(call: Call) -> Answer:
    """The data key of a ciphertext, if the encryption context is the same."""
    found = call.backend.vault.open(
        call.params["CiphertextBlob"],
        call.account,
        call.region,
        call.params.get("EncryptionContext", {}),
    )
    wanted = call.params.get("KeyId")
    if wanted and _arn(call, wanted) != found.key_arn:
        raise Fault("IncorrectKeyException", "The key ID in the request does not identify the key.")
    return {
        "KeyId": found.key_arn,
        "Plaintext": found.plaintext,
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }


HANDLERS: Mapping[str, Handler] = {"GenerateDataKey": generate_data_key, "Decrypt": decrypt}
