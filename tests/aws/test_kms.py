"""The data key of a session, asked of KMS with the session's own credentials."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.aws.conftest import Client
from tests.aws.plain import PLACE, PlainAsk, Reply, until
from tests.aws.test_opener import active
from tui.aws import kms
from tui.aws.fields import Fields
from tui.aws.kms import data_key
from tui.aws.options import Place
from tui.demo.embedded import EmbeddedAws
from tui.errors import NotAllowed, NotRunning, ProtocolTrouble, Refused, Unreachable
from tui.model.wish import DataKey, ExecuteCommand, StartSession, Ticket
from tui.protocol.crypto import Cipher

KEY_ID = "arn:aws:kms:eu-west-1:111122223333:key/k"
PLAINTEXT = bytes(range(64))
ANSWER: Fields = {"Plaintext": PLAINTEXT, "CiphertextBlob": b"sealed by KMS", "KeyId": KEY_ID}
NODE = Ticket(
    session_id="s-1",
    stream_url="wss://x",
    token="secret-token",
    account="prod",
    region="eu-west-1",
    target="i-0123",
)
CONTAINER = replace(NODE, target="ecs:shop_floor_3f2a_", container="app")


def kms_saying(reply: Reply, **others: Reply) -> PlainAsk:
    return PlainAsk({"GenerateDataKey": [reply], **{name: [r] for name, r in others.items()}})


def asked(ask: PlainAsk) -> Mapping[str, object]:
    return next(given for operation, given in ask.asked if operation == "GenerateDataKey")


@pytest.mark.parametrize("challenge", ["", "i07bHm/mC2fx6Kvv2V0cwQ=="])
async def test_the_key_is_bound_to_session_target_and_challenge(challenge: str) -> None:
    ask = kms_saying(ANSWER)
    key = await data_key(ask, PLACE, NODE, KEY_ID, challenge)
    assert key == DataKey(PLAINTEXT, b"sealed by KMS")
    context = {"aws:ssm:SessionId": "s-1", "aws:ssm:TargetId": "i-0123"}
    if challenge:
        context["aws:ssm:RandomChallenge"] = challenge
    assert asked(ask) == {
        "KeyId": KEY_ID,
        "NumberOfBytes": 64,
        "EncryptionContext": context,
    }


async def test_a_container_that_is_known_well_is_not_looked_up() -> None:
    ask = kms_saying(ANSWER)
    await data_key(ask, PLACE, replace(CONTAINER, target="ecs:shop_3f2a_3f2a-77"), KEY_ID, "")
    assert [operation for operation, _ in ask.asked] == ["GenerateDataKey"]


async def test_a_container_without_a_runtime_id_is_looked_up() -> None:
    containers = [
        {"name": "envoy", "runtimeId": "3f2a-1"},
        {"name": "app", "runtimeId": "3f2a-2"},
    ]
    ask = kms_saying(ANSWER, DescribeTasks={"tasks": [{"containers": containers}]})
    await data_key(ask, PLACE, CONTAINER, KEY_ID, "")
    assert ask.asked[0] == ("DescribeTasks", {"cluster": "shop_floor", "tasks": ["3f2a"]})
    context = asked(ask)["EncryptionContext"]
    assert isinstance(context, dict)
    assert context["aws:ssm:TargetId"] == "ecs:shop_floor_3f2a_3f2a-2"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"tasks": []},
        {"tasks": [{"containers": [{"name": "app"}]}]},
        {"tasks": [{"containers": [{"name": "other", "runtimeId": "r"}]}]},
    ],
)
async def test_no_key_is_asked_for_a_container_that_is_gone(answer: Fields) -> None:
    ask = kms_saying(ANSWER, DescribeTasks=answer)
    with pytest.raises(NotRunning, match="app"):
        await data_key(ask, PLACE, CONTAINER, KEY_ID, "")
    assert len(ask.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {**ANSWER, "Plaintext": PLAINTEXT[:32]},
        {**ANSWER, "Plaintext": "text"},
        {**ANSWER, "CiphertextBlob": b""},
        {**ANSWER, "CiphertextBlob": bytes(10_000)},
    ],
)
async def test_an_answer_without_a_whole_key_is_refused(answer: Fields) -> None:
    with pytest.raises(Refused, match="no data key"):
        await data_key(kms_saying(answer), PLACE, NODE, KEY_ID, "")


async def test_a_denial_says_what_it_takes() -> None:
    denial = NotAllowed(f"You may not call kms:GenerateDataKey on {KEY_ID}.", "AWS says no")
    with pytest.raises(NotAllowed) as raised:
        await data_key(kms_saying(denial), PLACE, NODE, KEY_ID, "")
    assert KEY_ID in raised.value.what
    assert "the key's" in raised.value.hint


async def test_a_kms_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(PlainAsk):
        async def __call__(
            self,
            place: Place,
            service: str,
            operation: str,
            parameters: Mapping[str, object] | None = None,
            *,
            target: str = "",
        ) -> Fields:
            await until(lambda: False)
            return {}

    monkeypatch.setattr(kms, "KEY_SECONDS", 0.01)
    with pytest.raises(Unreachable, match="no data key"):
        await data_key(Silent(), PLACE, NODE, KEY_ID, "")


def secretless(text: str) -> bool:
    return repr(PLAINTEXT)[2:20] not in text and "secret-token" not in text


def test_neither_key_nor_token_is_ever_shown() -> None:
    key = DataKey(PLAINTEXT, b"sealed by KMS")
    assert secretless(repr(key) + str(key) + repr(NODE))
    with pytest.raises(ProtocolTrouble) as raised:
        Cipher(DataKey(PLAINTEXT[1:], b""), client=True)
    assert secretless(repr(raised.value) + str(raised.getrepr()))


async def test_the_opener_gets_keys_in_the_account_and_region_of_the_ticket(
    demo: EmbeddedAws, client: Client
) -> None:
    site = next(s for s in demo.world.sites.values() if s.session_key)
    node = next(n.id for n in site.nodes.values() if site.ping(n)[0] == "Online")
    wish = StartSession(account=site.account.name, region=site.region, target=node)
    ticket = await client.aws.opener.open(wish)
    key = await client.aws.opener.data_key(ticket, site.session_key, "eA==")
    context = {
        "aws:ssm:SessionId": ticket.session_id,
        "aws:ssm:TargetId": node,
        "aws:ssm:RandomChallenge": "eA==",
    }
    vault, place = demo.backend.vault, (site.account.number, site.region)
    assert vault.open(key.ciphertext, *place, context).plaintext == key.plaintext
    demo.conditions.deny("kms:GenerateDataKey")
    with pytest.raises(NotAllowed, match="key/"):
        await client.aws.opener.data_key(ticket, site.session_key, "")
    await client.aws.opener.terminate(ticket)
    await until(lambda: not active(demo))


async def test_a_key_of_another_region_does_not_exist(demo: EmbeddedAws, client: Client) -> None:
    ticket = replace(NODE, account="prod", region="eu-west-1")
    elsewhere = "arn:aws:kms:us-east-1:999999999999:key/k"
    with pytest.raises(Refused, match="does not exist") as raised:
        await client.aws.opener.data_key(ticket, elsewhere, "")
    assert raised.value.code == "NotFoundException"


async def test_a_ticket_of_ecs_knows_its_container_and_whether_it_must_be_encrypted(
    demo: EmbeddedAws, client: Client
) -> None:
    found = [(s, s.cluster(name)) for s in demo.world.sites.values() for name in s.names]
    site, cluster = next((s, c) for s, c in found if c and c.spec.exec_key)
    task = next(t for t in cluster.tasks.values() if t.reachable)
    wish = ExecuteCommand(
        account=site.account.name,
        region=site.region,
        cluster=cluster.spec.name,
        task=task.id,
        container=task.spec.containers[0].name,
        command="sh",
        must_encrypt=True,
    )
    ticket = await client.aws.opener.open(wish)
    assert (ticket.container, ticket.must_encrypt) == (wish.container, True)
    assert ticket.target.endswith("_")
    key = await client.aws.opener.data_key(ticket, cluster.spec.exec_key, "")
    assert len(key.plaintext) == 64
    fresh = await client.aws.opener.resume(ticket)
    assert fresh == replace(ticket, token=fresh.token if fresh else "")
    await client.aws.opener.terminate(ticket)
    await until(lambda: not active(demo))
