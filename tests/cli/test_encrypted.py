"""`hatchway exec` where sessions are encrypted with a KMS key: as anywhere else, or a sentence."""

from tests.cli.conftest import Run
from tui.demo.embedded import EmbeddedAws

CONTAINER = "notifications/consumer"


async def test_a_command_under_a_key_has_its_output_and_status(
    aws: EmbeddedAws, hatchway: Run
) -> None:
    await aws.advance(600.0)
    said = await hatchway("exec", CONTAINER, "--", "sh", "-c", "echo out; exit 7")
    assert (said.status, said.out, said.err) == (7, b"out\n", "")
    assert [c.region for c in aws.conditions.calls if c.action == "kms:GenerateDataKey"] == [
        "eu-central-1"
    ]


async def test_without_the_key_it_is_one_sentence_that_names_it(
    aws: EmbeddedAws, hatchway: Run
) -> None:
    await aws.advance(600.0)
    aws.conditions.deny("kms:GenerateDataKey")
    said = await hatchway("exec", CONTAINER, "--", "true")
    assert (said.status, said.out) == (1, b"")
    assert said.err.count("\n") == 1
    assert "You may not call kms:GenerateDataKey on arn:aws:kms:eu-central-1:" in said.err
    assert "IAM policy" in said.err
