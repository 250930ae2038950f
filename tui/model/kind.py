"""The kinds of resource in the tree, from the fleet down to a container."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of resource; the value is the word that `hatchway ls --json` prints."""

    FLEET = "fleet"
    """The root: everything that this person can see. Its address is the empty string."""
    ACCOUNT = "account"
    REGION = "region"
    CLUSTER = "cluster"
    SERVICE = "service"
    TASK = "task"
    CONTAINER = "container"
    NODES = "nodes"
    """A region's group of managed nodes."""
    NODE = "node"
    """An EC2 instance or hybrid machine that Systems Manager manages."""
