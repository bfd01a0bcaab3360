"""Spans of which only the sum is known, as days tell them and as steps of a bill."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.usage import StepRun
from cloud_service.domain.rating.register_readings import EPOCH, DayEnds, MountedRegister
from cloud_service.domain.rating.spread_spans import estimated_spans, step_runs, without_short_holes

H = 3_600_000
DAY = date(2026, 10, 25)  # of 25 hours in Berlin
START_MS = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp()) * 1000


def day(qualities: list[int], on: date = DAY) -> DayEnds:
    return DayEnds(bytes(qualities), day=on)


def register(mounted_h: int = 0, dismounted_h: int | None = None) -> MountedRegister:
    gone = None if dismounted_h is None else EPOCH + timedelta(hours=dismounted_h)
    return MountedRegister(
        1, "import", "active_energy", "import", "kWh", "index", None, 3600, "M1", EPOCH + timedelta(hours=mounted_h),
        gone, Decimal(1), None, None,
    )  # fmt: skip


def test_runs_of_estimated_steps_are_told_over_midnight_and_over_a_long_day() -> None:
    evening, morning = day([0] * 20 + [2] * 5), day([2] * 3 + [0] * 21, DAY + timedelta(days=1))

    assert [(START_MS + 20 * H, START_MS + 28 * H)] == estimated_spans([evening, morning], "Europe/Berlin")


def test_measured_substituted_and_missing_steps_are_no_estimates() -> None:
    assert [] == estimated_spans([day([0] * 5 + [1] * 10 + [4] * 10)], "Europe/Berlin")
    assert [] == estimated_spans([DayEnds(bytes([2] * 25))], "Europe/Berlin")  # of no known day


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([(0, 2 * H)], []),
        ([(0, 2 * H + 1)], [(0, 2 * H + 1)]),
        ([(0, H), (3 * H, 4 * H)], []),  # with two hours of measured time between
        ([(0, H), (3 * H - 1, 4 * H)], [(0, H), (3 * H - 1, 4 * H)]),  # one of many
        ([(0, H), (9 * H, 19 * H)], [(9 * H, 19 * H)]),
        ([(n * H, (n + 1) * H) for n in range(3)], [(0, H), (H, 2 * H), (2 * H, 3 * H)]),  # read each hour
        ([], []),
    ],
)
def test_a_hole_is_short_where_it_is_alone(spans: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert left == without_short_holes(spans)


@pytest.mark.parametrize(
    ("span", "mount", "runs"),
    [
        ((2 * H, 5 * H), register(), (StepRun(2, 5),)),
        ((2 * H + 1, 5 * H + 1), register(), (StepRun(2, 6),)),  # the steps it touches
        ((2 * H, 3 * H), register(), ()),  # one step is known
        ((-9 * H, 99 * H), register(), (StepRun(0, 24),)),
        ((0, 24 * H), register(3, 7), (StepRun(3, 7),)),
        ((0, 24 * H), register(30, 40), ()),
        ((30 * H, 40 * H), register(), ()),
    ],
)
def test_spans_are_told_in_steps_while_the_meter_hung_there(
    span: tuple[int, int], mount: MountedRegister, runs: tuple[StepRun, ...]
) -> None:
    assert runs == step_runs([span], mount, EPOCH, 3600, 24)
