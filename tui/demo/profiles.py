"""The private files of the embedded AWS: its profiles and a key, in a directory of their own."""

import secrets
import shutil
import tempfile
from pathlib import Path

from tui.demo.keys import Key
from tui.demo.world.world import World

ROLE = "HatchwayDemo"
"""The role that every profile but the first assumes."""


class Profiles:
    """A temporary directory (0700) with an AWS `config` and `credentials` file (0600).

    Beside them `rdp-key.pem`, which opens the passwords of Windows instances.

    The first account's profile has the key itself; each other assumes a role in its account with
    the first as its source. The user's own files are neither read nor written.
    """

    def __init__(self, world: World, key: Key, url: str, rdp_key: str) -> None:
        self._world = world
        self._key = key
        self._url = url
        # Clients keep temporary keys in caches under the role and session name (the AWS CLI in the
        # user's home): a name for each start keeps them from showing keys of an earlier one.
        self._start = secrets.token_hex(4)
        self.folder = Path(tempfile.mkdtemp(prefix="hatchway-demo-"))
        self._write("config", self._config())
        self._write("credentials", self._credentials())
        self._write("rdp-key.pem", rdp_key)

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a client of the embedded AWS."""
        return {
            "AWS_ENDPOINT_URL": self._url,
            "AWS_ACCESS_KEY_ID": self._key.access_key,
            "AWS_SECRET_ACCESS_KEY": self._key.secret,
            "AWS_DEFAULT_REGION": self._world.regions(self._key.account)[0],
            "AWS_CONFIG_FILE": str(self.folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "HATCHWAY_RDP_KEY": str(self.folder / "rdp-key.pem"),
        }

    def remove(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")

    def _config(self) -> str:
        parts = []
        first = self._world.accounts[0].name
        for account in self._world.accounts:
            lines = [
                f"[profile {account.name}]",
                f"region = {self._world.regions(account.number)[0]}",
                f"endpoint_url = {self._url}",
            ]
            if account.name != first:
                lines += [
                    f"role_arn = arn:aws:iam::{account.number}:role/{ROLE}",
                    f"source_profile = {first}",
                    f"role_session_name = demo-{self._start}",
                ]
            parts.append("\n".join(lines))
        return "\n\n".join(parts) + "\n"

    def _credentials(self) -> str:
        return (
            f"[{self._world.accounts[0].name}]\n"
            f"aws_access_key_id = {self._key.access_key}\n"
            f"aws_secret_access_key = {self._key.secret}\n"
        )
