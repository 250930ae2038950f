"""Reads the profiles of the user's AWS configuration, as boto3 sees them.

Everything here blocks, for it reads files.
"""

from collections.abc import Iterable, Mapping

import boto3
import botocore.exceptions
import botocore.session

from tui.aws.options import Options, Profile
from tui.errors import WrongSettings
from tui.model.resource import FLEET, address_of

_ENVIRONMENT = "default"
"""The row of the environment's own credentials, by AWS's word for them."""


def read_profiles(options: Options) -> tuple[Profile, ...]:
    """The profiles to show, in the order of the configuration or of `--profile`.

    Without any there is one for the environment's own credentials. Raises `WrongSettings` when
    the files cannot be read or a profile that was asked for is not in them.
    """
    try:
        known = boto3.Session().available_profiles
    except botocore.exceptions.ProfileNotFound as missing:
        raise WrongSettings(
            f"{missing}.",
            "AWS_PROFILE names it; `aws configure list-profiles` lists them.",
        ) from missing
    except botocore.exceptions.BotoCoreError as broken:
        raise WrongSettings(
            f"The AWS configuration cannot be read: {broken}", "Mend ~/.aws/config."
        ) from broken
    for name in options.profiles:
        if name not in known:
            raise _no_such_profile(name, known)
    names = list(dict.fromkeys(options.profiles or known))
    if not names:
        return (_own_profile(options),)
    # One session reads the files once, however many profiles there are.
    session = botocore.session.Session()
    configured, elsewhere = session.full_config["profiles"], _region_of_environment(session)
    return tuple(_profile(name, configured[name], elsewhere, options) for name in names)


def default_profile(options: Options, shown: tuple[Profile, ...]) -> Profile:
    """Whose credentials serve a wish that names no account: `--profile`, or what boto3 would take
    by itself (the environment's keys, AWS_PROFILE, the default profile). Blocking."""
    if options.profiles or [one.name for one in shown] == [""]:
        return shown[0]
    return _own_profile(options)


def known_regions(partition_of: str) -> list[str]:
    """The regions that the SDK knows where ECS works, in the partition of the given region."""
    session = boto3.Session()
    try:
        partition = session.get_partition_for_region(partition_of)
    except botocore.exceptions.UnknownRegionError:
        return []
    return sorted(session.get_available_regions("ecs", partition_name=partition))


def _own_profile(options: Options) -> Profile:
    """The environment's own credentials, or what it names."""
    session = botocore.session.Session()
    region = boto3.Session(botocore_session=session).region_name or ""
    return _profile("", session.get_scoped_config(), region, options)


def _region_of_environment(session: botocore.session.Session) -> str:
    """The region for profiles that name none; not that of the default profile."""
    return session.get_config_variable("region", methods=("env",)) or ""


def _profile(
    name: str, configured: Mapping[str, object], elsewhere: str, options: Options
) -> Profile:
    own = configured.get("region") if name else None
    return Profile(
        name=name,
        address=address_of(FLEET, name or _ENVIRONMENT),
        region=options.region or str(own or elsewhere),
        is_sso="sso_session" in configured or "sso_start_url" in configured,
    )


def _no_such_profile(name: str, known: Iterable[str]) -> WrongSettings:
    listed = ", ".join(sorted(known)[:12])
    hint = f"There are: {listed}." if listed else "There are none; `aws configure` makes one."
    return WrongSettings(f"There is no profile “{name}” in the AWS configuration.", hint)
