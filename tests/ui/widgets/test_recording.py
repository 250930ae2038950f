"""A session that is recorded: the key, the tab, the file and its toasts."""

import json
from pathlib import Path

from tests.ui.fleet import APP
from tests.ui.stage import browsing
from tests.ui.widgets.test_session_area import PREFIX, open_shell


def casts(folder: Path) -> list[Path]:
    return list(folder.rglob("*.cast"))


async def test_the_prefix_and_r_record_a_session_until_they_are_pressed_again(
    nobody: Path,
) -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "r")
        await stage.shows("1 ● ● REC app · 3f2a91c0")
        (file,) = casts(nobody)
        assert file.stat().st_mode & 0o777 == 0o600
        await stage.until(lambda: any("● recording to" in toast for toast in stage.toasts))
        await stage.enter("seen")
        await stage.shows("$ seen")
        await stage.press(PREFIX, "r")
        await stage.shows("1 ● app · 3f2a91c0")
        await stage.until(lambda: any(toast.startswith("recorded to") for toast in stage.toasts))
        await stage.enter("unseen")
        await stage.shows("unseen")
    header, *events = [json.loads(line) for line in file.read_text().splitlines()]
    assert header["title"] == APP
    assert (header["version"], header["width"] > 20) == (2, True)
    assert "seen" in "".join(text for _, _, text in events)
    assert "unseen" not in "".join(text for _, _, text in events)


async def test_a_recording_that_nobody_stopped_ends_with_its_session(nobody: Path) -> None:
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "r")
        await stage.enter("exit")
        await stage.press("enter")
        await stage.shows("ended: the shell has exited")
        await stage.hides("REC")
        await stage.until(lambda: any(toast.startswith("recorded to") for toast in stage.toasts))
        assert len(casts(nobody)) == 1
        await stage.press(PREFIX, "r")
        await stage.until(lambda: any("nothing to record" in toast for toast in stage.toasts))


async def test_a_folder_that_cannot_be_made_is_a_toast(nobody: Path) -> None:
    (nobody / ".local").write_text("in the way")
    async with browsing() as stage:
        await open_shell(stage, APP)
        await stage.press(PREFIX, "r")
        await stage.until(lambda: any("no folder for recordings" in t for t in stage.toasts))
        await stage.hides("REC")
