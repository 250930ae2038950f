"""Which API bucket a call is counted in, and how fast AWS refills that bucket.

ECS: "Request throttling for the Amazon ECS API"; EC2: "Request throttling for the Amazon EC2 API";
sessions: the Systems Manager quotas. What is not published is assumed to be ten a second.
"""

from tui.watch.pace import Rate

_ASSUMED = Rate(10, 10)
_UNLIMITED = Rate(3_000, 3_000)
"""Of standard queues; what ours may not do without an end is bounded by its long polls."""
_CLUSTERS = ("ecs-cluster-read", Rate(50, 20))
_SERVICES = ("ecs-service-read", Rate(100, 20))
_TASKS = ("ecs-cluster-resource-read", Rate(100, 20))
_DEFINITIONS = ("ecs-task-definition-read", Rate(50, 20))
_INSTANCES = ("ec2-read", Rate(100, 20))
"""EC2's non-mutating calls. DescribeInstances has a smaller bucket when it is neither filtered nor
paginated; ours always is."""

_BUCKETS: dict[tuple[str, str], tuple[str, Rate]] = {
    ("ecs", "ListClusters"): _CLUSTERS,
    ("ecs", "DescribeClusters"): _CLUSTERS,
    ("ecs", "ListServices"): _SERVICES,
    ("ecs", "DescribeServices"): _SERVICES,
    ("ecs", "ListTasks"): _TASKS,
    ("ecs", "DescribeTasks"): _TASKS,
    ("ecs", "DescribeTaskDefinition"): _DEFINITIONS,
    ("ecs", "ExecuteCommand"): ("ecs-cluster-resource-modify", Rate(100, 40)),
    ("ec2", "DescribeRegions"): _INSTANCES,
    ("ec2", "DescribeInstances"): _INSTANCES,
    ("ec2", "GetPasswordData"): _INSTANCES,
    # Three and six a second are AWS's rates. What a person asks for takes all of them, not half.
    ("ssm", "StartSession"): ("ssm-StartSession", Rate(6, 6)),
    ("ssm", "ResumeSession"): ("ssm-ResumeSession", Rate(12, 12)),
    ("ssm", "TerminateSession"): ("ssm-TerminateSession", Rate(12, 12)),
    ("ssm", "DescribeSessions"): ("ssm-DescribeSessions", Rate(6, 6)),
    # Not published; the listings of nodes wait for one another's pages anyway.
    ("ssm", "DescribeInstanceProperties"): ("ssm-DescribeInstanceProperties", _ASSUMED),
    ("ssm", "DescribeInstanceInformation"): ("ssm-DescribeInstanceInformation", _ASSUMED),
    ("ssm", "ListNodes"): ("ssm-ListNodes", _ASSUMED),
    ("sqs", "ReceiveMessage"): ("sqs", _UNLIMITED),
    ("sqs", "DeleteMessageBatch"): ("sqs", _UNLIMITED),
}


def bucket_of(service: str, operation: str) -> tuple[str, Rate]:
    """The name of the bucket that a call is counted in, and AWS's published rate for it."""
    return _BUCKETS.get((service, operation), (f"{service}-{operation}", _ASSUMED))
