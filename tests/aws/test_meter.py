"""The call meter: counts, rates and what is slowed."""

import pytest

from tests.aws.plain import StillClock
from tui.aws.meter import Meter
from tui.errors import Refused, Throttled
from tui.model.calls import CallLine, CallReport

BUCKET = "prod in eu-west-1: ecs-cluster-read"


def test_nothing_was_called_yet() -> None:
    assert Meter(StillClock()).report() == CallReport()


def test_calls_are_counted_by_action_while_they_run_and_after() -> None:
    meter = Meter(StillClock())
    with meter.call("ecs:ListTasks", BUCKET), meter.call("ecs:ListTasks", BUCKET):
        (line,) = meter.report().lines
        assert (line.calls, line.in_flight) == (2, 2)
    with meter.call("ec2:DescribeRegions", BUCKET):
        pass
    assert meter.report().lines == (
        CallLine(action="ec2:DescribeRegions", calls=1, per_second=0.1),
        CallLine(action="ecs:ListTasks", calls=2, per_second=0.2),
    )


def test_troubles_are_counted_and_the_last_one_is_told() -> None:
    clock = StillClock()
    meter = Meter(clock)
    for trouble in (Refused("No."), Throttled("Too many.", "Slower.")):
        with pytest.raises(type(trouble)), meter.call("ecs:ListTasks", BUCKET):
            raise trouble
    report = meter.report()
    (line,) = report.lines
    assert (line.calls, line.errors, line.throttled, line.in_flight) == (2, 2, 1, 0)
    assert line.last_error == "Too many. Slower."
    assert report.slowed == (BUCKET,)
    clock.now += 91.0
    assert meter.report().slowed == ()


def test_the_rate_is_that_of_the_last_ten_seconds() -> None:
    clock = StillClock()
    meter = Meter(clock)
    rates = []
    for second in range(40):
        if second < 20:
            for _ in range(5):
                with meter.call("ecs:ListTasks", BUCKET):
                    pass
        rates.append(meter.report().per_second)
        clock.now += 1.0
    assert rates[0] == 0.5
    assert rates[9:20] == [5.0] * 11
    assert rates[20] == 4.5
    assert rates[30:] == [0.0] * 10
