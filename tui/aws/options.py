"""What the command line and the settings say about AWS, and what the profiles come to."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.errors import WrongSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which accounts and regions to show, and where AWS is."""

    profiles: tuple[str, ...] = ()
    """`--profile`; empty for all profiles of the configuration, or for the environment's own
    credentials where there is none."""
    region: str = ""
    """`--region`: the default region of every account, and the only one shown."""
    regions: tuple[str, ...] = ()
    """The regions to show, from the settings; empty for those that hold something."""
    org_nodes: str = ""
    """`ACCOUNT/REGION` from which Systems Manager tells the nodes of the whole organization; empty
    to ask each region."""
    queues: tuple[str, ...] = ()
    """`ACCOUNT/REGION=QUEUE_URL`: where AWS puts what happens to tasks there."""
    endpoint_url: str = ""
    """`--endpoint-url`; empty for AWS's own, or what AWS_ENDPOINT_URL and the profiles say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A set of credentials, and the account that they open."""

    name: str
    """Of the profile; empty for the environment's own credentials."""
    address: str
    """Of the account's row."""
    region: str
    """Where it works when nothing else is said; empty when nothing says so."""
    is_sso: bool = False
    """Whether `aws sso login` renews it."""

    @property
    def shown(self) -> str:
        """How to call it in a sentence."""
        return f"profile {self.name}" if self.name else "the environment's credentials"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes: whose credentials, and which region."""

    profile: Profile
    region: str

    @property
    def account(self) -> str:
        """The address of the account's row."""
        return self.profile.address

    def __str__(self) -> str:
        return f"{self.account} in {self.region}"


def named_place(setting: str, named: str, profiles: Mapping[str, Profile]) -> Place:
    """The place that a setting names as `ACCOUNT/REGION`; raises `WrongSettings`."""
    account, _, region = named.rpartition("/")
    profile = profiles.get(account)
    if profile is None or not region:
        known = ", ".join(sorted(profiles)[:8])
        raise WrongSettings(
            f"{setting} names “{named}”, which is no account and region of those shown.",
            f"It takes ACCOUNT/REGION; the accounts are: {known}.",
        )
    return Place(profile, region)


def no_region(profile: Profile) -> WrongSettings:
    """Nothing says which region is meant."""
    return WrongSettings(
        f"No region is set for {profile.shown}.", "Give --region, or set AWS_REGION."
    )
