"""The agent's side of an encrypted session, with clients that are right, wrong and careless."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.demo.far_side import AT_ONCE, FORWARD, NODE, OWNER, Client, FarSide, far_side, now
from tui.demo.api.vault import Vault
from tui.demo.behaviour import Behaviour
from tui.errors import ProtocolTrouble
from tui.model.wish import DataKey
from tui.protocol.crypto import Cipher, encryption_context, key_result, write_challenge
from tui.protocol.events import ExitCode, KeyWanted, Opened
from tui.protocol.gateway import parse_closed
from tui.protocol.handshake import (
    HandshakeResponse,
    ProcessedAction,
    parse_complete,
    parse_request,
)
from tui.protocol.message import Message, MessageType, PayloadType, decode
from tui.protocol.stream import Stream

KEY_ID = "arn:aws:kms:eu-west-1:111122223333:key/k"
HASTY = replace(AT_ONCE, handshake_timeout=5.0, flush_timeout=0.2, linger=0.1)
Context = Mapping[str, str]


class Far:
    """A gateway whose sessions are encrypted, and its KMS."""

    def __init__(self, side: FarSide, vault: Vault) -> None:
        self.side = side
        self.vault = vault

    async def client(self, document: str = "", **parameters: str) -> Client:
        issued = self.side.gateway.start(
            machine=NODE,
            document=document,
            parameters={name: [value] for name, value in parameters.items()},
            owner=OWNER,
            kms_key=KEY_ID,
        )
        client = Client(self.side.http, issued)
        await client.dial()
        return client

    def key(self, context: Context) -> DataKey:
        return DataKey(*self.vault.generate(64, KEY_ID, NODE.account, NODE.region, context))


@asynccontextmanager
async def encrypting(behaviour: Behaviour = HASTY) -> AsyncIterator[Far]:
    vault = Vault()
    async with far_side(behaviour, lambda *asked: vault.open(*asked).plaintext) as side:
        yield Far(side, vault)


async def wanted(client: Client) -> KeyWanted:
    await client.until(lambda: client.channel.key_wanted)
    found = client.channel.key_wanted
    assert found
    return found


async def agreed(far: Far, client: Client) -> None:
    asked = await wanted(client)
    assert asked.key_id == KEY_ID
    context = encryption_context(client.session_id, NODE.target, asked.challenge)
    client.channel.supply_key(far.key(context), now(), 1)
    await client.until(lambda: client.channel.ready)
    opened = next(e for e in client.events if isinstance(e, Opened))
    assert opened.encrypted
    assert opened.customer_message == "This session is encrypted using AWS KMS."


async def test_a_shell_reads_and_writes_under_the_key() -> None:
    async with encrypting() as far:
        client = await far.client()
        client.size(100, 30)
        await agreed(far, client)
        client.send(b"stty size; echo $((6*7))-done; exit\r")
        assert b"30 100" in await client.says(b"42-done")
        assert await client.ends() == ""


async def test_a_large_output_is_sealed_payload_by_payload() -> None:
    async with encrypting() as far:
        client = await far.client("AWS-StartInteractiveCommand", command="head -c 300000 /dev/zero")
        await agreed(far, client)
        await client.ends()
        assert bytes(client.output) == bytes(300_000)


async def test_streams_apart_and_the_exit_status_are_sealed_too() -> None:
    async with encrypting() as far:
        client = await far.client(
            "AWS-StartNonInteractiveCommand",
            command="sh -c 'echo out; echo err >&2; exit 7'",
            separateOutputStream="true",
        )
        await agreed(far, client)
        await client.ends()
        assert (bytes(client.output), bytes(client.errors)) == (b"out\n", b"err\n")
        assert ExitCode(7) in client.events


async def test_ports_are_never_encrypted() -> None:
    async with encrypting() as far:
        client = await far.client(FORWARD, portNumber="7")
        await client.until(lambda: client.channel.ready)
        assert not any(isinstance(e, Opened) and e.encrypted for e in client.events)


@pytest.mark.parametrize("wrong", ["session", "target", "challenge", "none"])
async def test_a_key_of_another_context_is_none(wrong: str) -> None:
    async with encrypting() as far:
        client = await far.client()
        challenge = (await wanted(client)).challenge
        context = {
            "session": encryption_context("other", NODE.target, challenge),
            "target": encryption_context(client.session_id, "i-0", challenge),
            "challenge": encryption_context(client.session_id, NODE.target, "AAAA"),
            "none": encryption_context(client.session_id, NODE.target),
        }[wrong]
        client.channel.supply_key(far.key(context), now(), 1)
        assert (await client.ends()).startswith("Failed to decrypt the data key")
        assert not client.channel.ready


async def test_an_agent_with_another_key_is_found_out_by_its_challenge() -> None:
    async with encrypting() as far:
        client = await far.client()
        challenge = (await wanted(client)).challenge
        context = encryption_context(client.session_id, NODE.target, challenge)
        key = replace(far.key(context), plaintext=bytes(64))
        client.channel.supply_key(key, now(), 1)
        with pytest.raises(ProtocolTrouble, match="does not open"):
            await client.ends()


async def test_a_client_without_a_key_ends_the_session() -> None:
    async with encrypting() as far:
        client = await far.client()
        await wanted(client)
        client.channel.refuse_key("denied", now(), 1)
        await client.step()
        await far.side.becomes(client.session_id, "Failed")


class ByHand:
    """A client that says whatever a test wants it to."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.stream = Stream(sends=MessageType.INPUT, receives=MessageType.OUTPUT)

    async def send(self, kind: PayloadType, payload: bytes) -> None:
        await self.client.socket.send_bytes(self.stream.send(kind, payload, now(), 1))

    async def hear(self, *kinds: PayloadType) -> Message:
        """The next message of one of these payload types, or the one that closes the channel."""
        async with asyncio.timeout(10):
            while True:
                message = decode(await self.client.socket.receive_bytes())
                if message.type == MessageType.CLOSED:
                    return message
                for received in self.stream.receive(message, now(), 1).deliver:
                    if received.payload_type in kinds:
                        return received

    async def respond(self, far: Far, *, honours: bool) -> Cipher:
        """Answer the handshake, with or without honouring its challenge."""
        request = parse_request((await self.hear(PayloadType.HANDSHAKE_REQUEST)).payload)
        challenge = request.actions[1].parameters["Challenge"]
        assert isinstance(challenge, str)
        context = encryption_context(
            self.client.session_id, NODE.target, challenge if honours else ""
        )
        key = far.key(context)
        actions = (
            ProcessedAction("SessionType", 1),
            ProcessedAction("KMSEncryption", 1, key_result(key, challenged=honours)),
        )
        response = HandshakeResponse("1.2.707.0", actions).encode()
        await self.send(PayloadType.HANDSHAKE_RESPONSE, response)
        return Cipher(key, client=True)


async def test_a_client_that_ignores_the_challenge_is_served() -> None:
    async with encrypting() as far:
        hand = ByHand(await far.client())
        cipher = await hand.respond(far, honours=False)
        challenge = await hand.hear(PayloadType.ENCRYPTION_CHALLENGE_REQUEST)
        answer = cipher.answer(challenge.payload)
        await hand.send(PayloadType.ENCRYPTION_CHALLENGE_RESPONSE, answer)
        complete = await hand.hear(PayloadType.HANDSHAKE_COMPLETE)
        assert parse_complete(complete.payload).customer_message
        assert cipher.open((await hand.hear(PayloadType.OUTPUT)).payload)


@pytest.mark.parametrize(("honours", "served"), [(True, True), (False, False)])
async def test_an_agent_may_insist_on_the_challenge(honours: bool, served: bool) -> None:
    async with encrypting(replace(HASTY, requires_challenge=True)) as far:
        hand = ByHand(await far.client())
        await hand.respond(far, honours=honours)
        heard = await hand.hear(PayloadType.ENCRYPTION_CHALLENGE_REQUEST)
        assert (heard.type == MessageType.OUTPUT) is served
        assert served or parse_closed(heard).endswith("did not acknowledge the KMS challenge.")


@pytest.mark.parametrize("answer", ["other", "same", "nonsense", "never"])
async def test_a_wrong_answer_to_the_challenge_ends_the_session(answer: str) -> None:
    async with encrypting(replace(HASTY, handshake_timeout=1.0)) as far:
        hand = ByHand(await far.client())
        cipher = await hand.respond(far, honours=True)
        challenge = await hand.hear(PayloadType.ENCRYPTION_CHALLENGE_REQUEST)
        payload = {
            "other": write_challenge(cipher.seal(bytes(64))),
            "same": challenge.payload,
            "nonsense": b"{}",
        }.get(answer)
        if payload:
            await hand.send(PayloadType.ENCRYPTION_CHALLENGE_RESPONSE, payload)
        heard = await hand.hear(PayloadType.HANDSHAKE_COMPLETE, PayloadType.OUTPUT)
        assert parse_closed(heard).startswith("Handshake timed out" if not payload else "The hand")


@pytest.mark.parametrize("result", [None, {}, {"KMSCipherTextKey": b64encode(b"x").decode()}])
async def test_an_odd_key_ends_the_session(result: dict[str, object] | None) -> None:
    async with encrypting() as far:
        hand = ByHand(await far.client())
        actions = (ProcessedAction("SessionType", 1), ProcessedAction("KMSEncryption", 1, result))
        response = HandshakeResponse("1.2.707.0", actions).encode()
        await hand.send(PayloadType.HANDSHAKE_RESPONSE, response)
        heard = await hand.hear(PayloadType.ENCRYPTION_CHALLENGE_REQUEST)
        assert heard.type == MessageType.CLOSED


@pytest.mark.parametrize("typed", [b"ls\r", b"echo this is longer than a nonce and a tag\r"])
async def test_keys_in_the_clear_are_not_typed(typed: bytes) -> None:
    async with encrypting() as far:
        hand = ByHand(await far.client())
        cipher = await hand.respond(far, honours=True)
        challenge = await hand.hear(PayloadType.ENCRYPTION_CHALLENGE_REQUEST)
        answer = cipher.answer(challenge.payload)
        await hand.send(PayloadType.ENCRYPTION_CHALLENGE_RESPONSE, answer)
        await hand.hear(PayloadType.HANDSHAKE_COMPLETE)
        await hand.send(PayloadType.SIZE, json.dumps({"cols": 80, "rows": 24}).encode())
        await hand.send(PayloadType.OUTPUT, typed)
        word = parse_closed(await hand.hear())
        assert word.startswith("The peer sent something")
