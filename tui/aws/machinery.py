"""The parts of this room that need the AWS libraries, in one import that takes its time."""

from tui.aws.asker import Asker
from tui.aws.clients import Clients
from tui.aws.events import Events, queues_of
from tui.aws.profiles import default_profile, read_profiles
from tui.aws.source import AwsSource

__all__ = [
    "Asker",
    "AwsSource",
    "Clients",
    "Events",
    "default_profile",
    "queues_of",
    "read_profiles",
]
