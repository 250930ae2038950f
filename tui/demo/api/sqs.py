"""Simple Queue Service: each account and region has one queue, into which ECS's events go."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tui.demo.api.call import Answer, Call, Handler
from tui.demo.api.events import Bus
from tui.demo.faults import Fault
from tui.demo.queues import MOST_IN_FLIGHT, VISIBILITY, Message, Queue

EVENTS = "hatchway-events"
"""The queue's name."""
_GLANCE = 0.25
"""Seconds between two looks at the world while a receiver waits."""


def _queue(call: Call) -> Queue:
    """The queue that the call's URL names."""
    parts = urlsplit(call.params["QueueUrl"]).path.strip("/").split("/")
    if parts != [call.account, EVENTS]:
        raise _unknown()
    return _events(call)


def _events(call: Call) -> Queue:
    """The site's queue, which hears of all that happens from the first question on."""
    site = call.site

    def make() -> Queue:
        queue = Queue(site.now)
        site.listen(Bus(site, queue))
        return queue

    return call.backend.queues.get(call.account, call.region, EVENTS, make)


def _unknown() -> Fault:
    return Fault("QueueDoesNotExist", "The specified queue does not exist.")


def _wrong(value: object, name: str, bounds: str) -> Fault:
    return Fault(
        "InvalidParameterValueException",
        f"Value {value} for parameter {name} is invalid. Reason: Must be {bounds}, if provided.",
    )


def _number(call: Call, name: str, default: int, low: int, high: int) -> int:
    value: int = call.params.get(name, default)
    if not low <= value <= high:
        raise _wrong(value, name, f"between {low} and {high}")
    return value


def get_queue_url(call: Call) -> Answer:
    """The address of the account's queue."""
    owner = call.params.get("QueueOwnerAWSAccountId", call.account)
    if call.params["QueueName"] != EVENTS or owner != call.account:
        raise _unknown()
    _events(call)
    return {"QueueUrl": _url(call)}


def _url(call: Call) -> str:
    return f"{call.backend.url()}/{call.account}/{EVENTS}"


def list_queues(call: Call) -> Answer:
    """The account's queue, if its name begins as wished."""
    if not call.site or not EVENTS.startswith(call.params.get("QueueNamePrefix", "")):
        return {}
    return {"QueueUrls": [_url(call)]}


def get_queue_attributes(call: Call) -> Answer:
    """How full it is, and how it is set up."""
    queue = _queue(call)
    call.site.advance()
    known = {
        "ApproximateNumberOfMessages": queue.ready(call.site.now),
        "ApproximateNumberOfMessagesNotVisible": queue.flying,
        "ApproximateNumberOfMessagesDelayed": 0,
        "CreatedTimestamp": int(queue.created),
        "LastModifiedTimestamp": int(queue.created),
        "VisibilityTimeout": VISIBILITY,
        "MaximumMessageSize": 262_144,
        "MessageRetentionPeriod": 345_600,
        "DelaySeconds": 0,
        "ReceiveMessageWaitTimeSeconds": 0,
        "QueueArn": f"arn:aws:sqs:{call.region}:{call.account}:{EVENTS}",
        "SqsManagedSseEnabled": "true",
    }
    wanted = call.params.get("AttributeNames", ())
    chosen = known if "All" in wanted else {one: known[one] for one in wanted if one in known}
    return {"Attributes": {name: str(value) for name, value in chosen.items()}} if chosen else {}


async def wait(call: Call, over: Callable[[], bool]) -> None:
    """Before ReceiveMessage: until there is a message, the time is up, or nobody waits for it."""
    seconds = _number(call, "WaitTimeSeconds", 0, 0, 20)
    queue, clock = _queue(call), asyncio.get_running_loop().time
    until = clock() + seconds
    while not over():
        left = until - clock()
        if left <= 0 or _arrived(call, queue):
            return
        await asyncio.sleep(min(left, _GLANCE))


def _arrived(call: Call, queue: Queue) -> int:
    call.site.advance()
    return queue.ready(call.site.now)


def receive_message(call: Call) -> Answer:
    """Up to ten messages, which others do not see for a while."""
    queue = _queue(call)
    _arrived(call, queue)
    most = _number(call, "MaxNumberOfMessages", 1, 1, 10)
    seconds = _number(call, "VisibilityTimeout", VISIBILITY, 0, 43_200)
    if queue.flying >= MOST_IN_FLIGHT:
        raise Fault("OverLimit", "Too many messages in flight.")
    taken = queue.take(most, seconds, call.site.now)
    wanted = {
        *call.params.get("AttributeNames", ()),
        *call.params.get("MessageSystemAttributeNames", ()),
    }
    return {"Messages": [_message(one, wanted) for one in taken]} if taken else {}


def _message(message: Message, wanted: set[str]) -> Answer:
    known = {
        "SenderId": "AIDAIENQZJOLO23YVJ4VO",
        "SentTimestamp": str(int(message.sent * 1_000)),
        "ApproximateReceiveCount": str(message.received),
        "ApproximateFirstReceiveTimestamp": str(int(message.first_received * 1_000)),
    }
    attributes = {name: one for name, one in known.items() if wanted & {name, "All"}}
    found: Answer = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": message.digest,
        "Body": message.body,
    }
    return {**found, "Attributes": attributes} if attributes else found


def delete_message(call: Call) -> Answer:
    """A message is done with."""
    _queue(call).delete(call.params["ReceiptHandle"])
    return {}


def delete_message_batch(call: Call) -> Answer:
    """Up to ten messages are done with."""
    queue, entries = _queue(call), _batch(call.params["Entries"])
    for entry in entries:
        queue.delete(entry["ReceiptHandle"])
    return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}


def _batch(entries: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    if not entries:
        raise Fault("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(entries) > 10:
        raise Fault("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise Fault("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.")
    return entries


def change_message_visibility(call: Call) -> Answer:
    """A taken message stays hidden for longer, or comes back sooner."""
    seconds = _number(call, "VisibilityTimeout", VISIBILITY, 0, 43_200)
    if not _queue(call).hide(call.params["ReceiptHandle"], seconds, call.site.now):
        raise Fault("MessageNotInflight", "The message is not in flight.")
    return {}


def purge_queue(call: Call) -> Answer:
    """All messages are gone."""
    call.site.advance()
    _queue(call).purge()
    return {}


HANDLERS: Mapping[str, Handler] = {
    "GetQueueUrl": get_queue_url,
    "ListQueues": list_queues,
    "GetQueueAttributes": get_queue_attributes,
    "ReceiveMessage": receive_message,
    "DeleteMessage": delete_message,
    "DeleteMessageBatch": delete_message_batch,
    "ChangeMessageVisibility": change_message_visibility,
    "PurgeQueue": purge_queue,
}
