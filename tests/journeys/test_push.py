"""Push instead of poll: what AWS tells by itself is on the screen without AWS being asked."""

from tests.journeys.journey import LARGE, journey
from tests.journeys.places import cluster_of, tasks_of

PLACE = "prod/eu-west-1"
API = f"{PLACE}/payments/api"


def _with_queue(given: dict[str, str]) -> dict[str, str]:
    queue = f"{given['AWS_ENDPOINT_URL']}/111122223333/hatchway-events"
    return given | {"HATCHWAY_QUEUES": f"{PLACE}={queue}"}


async def test_a_task_that_stops_says_so_though_no_listing_answers() -> None:
    async with journey(LARGE, altered=_with_queue) as me:
        await me.goes_to(API)
        await me.presses("right")
        task = min(tasks_of(me.aws, API), key=lambda one: one.id)
        name = f"◇ {task.id[:8]}"
        await me.sees(name)
        calls = me.aws.conditions.calls
        await me.until(
            lambda: any(one.action == "sqs:ReceiveMessage" for one in calls), "Listening"
        )
        answered = me.aws.conditions.hold("ecs:*")
        cluster_of(me.aws, API).stop_task(task, "for a test")
        await me.aws.advance(1)
        await me.until(lambda: "RUNNING" not in me.row(name), "The news on its row")
        assert me.row(name)
        answered.set()
