"""Every step of a span is expected, received or missing, and every gap has a cause."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cloud_service.domain.metering.completeness import (
    CollectionState,
    DayQualities,
    gaps_to_settle,
    measure,
    settle_causes,
)
from cloud_service.domain.metering.stream_position import StreamPosition
from common.period import Span
from common.reading import Quality

HOLED = StreamPosition(10, ((20, 30),))  # 11 to 19 have not come
GIVEN_UP = StreamPosition(30, (), ((11, 19),))
SPAN = Span(date(2026, 3, 28), date(2026, 3, 30))  # 24 and 23 hours in Berlin
ALL_MS = (0, 2**43)
LATER_MS = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 1000
STATE = CollectionState(
    1, "M1", "import", 3600, "Europe/Berlin", mounted=[ALL_MS], first_ms=0, gateway="gw", heard_ms=LATER_MS
)


def codes(*runs: tuple[int, Quality]) -> DayQualities:
    return DayQualities(3600, b"".join(bytes([quality]) * length for length, quality in runs))


def test_a_full_span_is_complete_in_days_of_23_hours_too() -> None:
    days = {date(2026, 3, 28): codes((24, Quality.ACTUAL)), date(2026, 3, 29): codes((23, Quality.ESTIMATED))}

    measured = measure(STATE, days, SPAN, LATER_MS)

    assert (47, 24, 23, 0, []) == (
        measured.expected,
        measured.actual,
        measured.estimated,
        measured.missing,
        measured.gaps,
    )


def test_a_gap_over_midnight_is_one_gap() -> None:
    days = {
        date(2026, 3, 28): codes((20, Quality.ACTUAL), (4, Quality.MISSING)),
        date(2026, 3, 29): codes((3, Quality.MISSING), (20, Quality.SUBSTITUTED)),
    }

    measured = measure(STATE, days, SPAN, LATER_MS)

    assert (7, [7], 20) == (measured.missing, [gap.steps for gap in measured.gaps], measured.substituted)
    assert "2026-03-28T19:00:00+00:00" == measured.gaps[0].as_json()["from"]


def test_a_day_without_any_row_is_missing() -> None:
    measured = measure(STATE, {}, SPAN, LATER_MS)

    assert (47, 47, 1) == (measured.expected, measured.missing, len(measured.gaps))


def test_what_lies_ahead_is_not_expected_and_neither_is_a_meter_that_was_not_there() -> None:
    noon_ms = int(datetime(2026, 3, 28, 11, tzinfo=UTC).timestamp()) * 1000

    assert 12 == measure(STATE, {}, SPAN, noon_ms).expected
    assert 11 + 24 == measure(replace(STATE, mounted=[(noon_ms, 2**43)]), {}, SPAN, LATER_MS).expected


NOON_MS = int(datetime(2026, 3, 28, 11, tzinfo=UTC).timestamp()) * 1000  # amidst the gap


@pytest.mark.parametrize(
    ("circumstances", "cause"),
    [
        ({}, "unknown"),
        ({"failing_since_ms": 1}, "meter_unreachable"),
        ({"heard_ms": 1}, "gateway_silent"),
        ({"position": HOLED}, "on_the_gateway"),
        ({"position": GIVEN_UP}, "given_up"),
        ({"first_ms": None}, "no_reading_yet"),
        ({"position": GIVEN_UP, "failing_since_ms": 1}, "meter_unreachable"),
        ({"position": GIVEN_UP, "heard_ms": 1}, "gateway_silent"),
        ({"position": HOLED, "heard_ms": NOON_MS}, "on_the_gateway"),
        ({"position": GIVEN_UP, "failing_since_ms": NOON_MS}, "given_up"),
        ({"heard_ms": NOON_MS}, "gateway_silent"),
        ({"failing_since_ms": NOON_MS}, "meter_unreachable"),
        ({"gateway": ""}, "no_file"),
        ({"refused_ms": [int(datetime(2026, 3, 28, 5, tzinfo=UTC).timestamp()) * 1000]}, "refused"),
        ({"waiting_days": frozenset({date(2026, 3, 28)})}, "waiting"),
    ],
)
def test_every_gap_has_a_cause(circumstances: dict[str, object], cause: str) -> None:
    measured = measure(replace(STATE, **circumstances), {}, SPAN, LATER_MS)  # type: ignore[arg-type]  # the table's fields fit

    assert cause == measured.gaps[0].cause


@pytest.mark.parametrize(
    ("circumstances", "between", "cause"),
    [
        ({"position": HOLED}, (11, 19), "on_the_gateway"),
        ({"position": HOLED}, (5, 11), "on_the_gateway"),
        ({"position": HOLED}, (5, 10), "unknown"),
        ({"position": HOLED, "heard_ms": NOON_MS}, (20, 2**63 - 1), "gateway_silent"),
        ({"position": GIVEN_UP}, (19, 30), "given_up"),
        ({"position": GIVEN_UP}, (20, 30), "unknown"),
        ({"position": GIVEN_UP, "failing_since_ms": NOON_MS}, (20, 30), "meter_unreachable"),
    ],
)
def test_a_hole_of_the_stream_explains_only_the_gap_it_lies_in(
    circumstances: dict[str, object], between: tuple[int, int], cause: str
) -> None:
    measured = measure(replace(STATE, **circumstances), {}, SPAN, LATER_MS)  # type: ignore[arg-type]  # the table's fields fit
    settle_causes(measured, dict.fromkeys(gaps_to_settle(measured), between))

    assert cause == measured.gaps[0].cause
