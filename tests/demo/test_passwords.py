"""The first passwords of Windows instances: for whom there is one, and that the key opens it."""

import base64
from pathlib import Path

import pytest

from tests.demo.ask import Asker
from tui.demo.embedded import EmbeddedAws
from tui.demo.faults import Fault
from tui.demo.world.node import Node
from tui.demo.world.world import Site
from tui.sessions.windows_password import decrypted


@pytest.fixture
def asker() -> Asker:
    return Asker()


def _of_all(asker: Asker) -> list[tuple[Site, Node, str]]:
    return [
        (site, node, asker.ask(site, "ec2:GetPasswordData", InstanceId=node.id)["PasswordData"])
        for site in asker.sites
        for node in site.nodes.values()
        if not node.hybrid
    ]


def test_only_windows_outside_of_domains_has_a_password(asker: Asker) -> None:
    found = _of_all(asker)
    with_one = {node.windows for _, node, data in found if data}
    without = {node.windows for _, node, data in found if not data}
    assert with_one == {True}
    assert without == {True, False}


def test_it_stays_the_same_but_is_never_encrypted_twice_alike(asker: Asker) -> None:
    site, node, data = next(one for one in _of_all(asker) if one[2])
    again = asker.ask(site, "ec2:GetPasswordData", InstanceId=node.id)["PasswordData"]
    assert data != again
    assert len(base64.b64decode(again)) == 256


async def test_the_key_in_the_private_folder_opens_it() -> None:
    async with EmbeddedAws() as aws:
        key = Path(aws.environment["HATCHWAY_RDP_KEY"])
        assert key.parent == Path(aws.environment["AWS_CONFIG_FILE"]).parent
        secret = await decrypted(base64.b64decode(aws.passwords.data("i-1")), key)
        assert secret.reveal() == aws.passwords.of("i-1") != aws.passwords.of("i-2")


def test_other_machines_are_not_found(asker: Asker) -> None:
    site, hybrid = next((s, n) for s in asker.sites for n in s.nodes.values() if n.hybrid)
    for wanted in (hybrid.id, "i-0123456789abcdef0"):
        with pytest.raises(Fault, match="does not exist"):
            asker.ask(site, "ec2:GetPasswordData", InstanceId=wanted)
