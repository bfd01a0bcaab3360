"""What a bill says of an index at its ends, and when it has to say estimated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cloud_service.domain.rating.register_readings import DayEnds, IndexAt, MountedRegister
from cloud_service.domain.rating.span_ends import SpanEnds, is_one_difference, span_ends

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
REGISTER = MountedRegister(
    register_id=1, name="import", quantity="active_energy", direction="import", unit="kWh", kind="index", digits=None,
    step_s=900, meter="M1", mounted=datetime(2026, 1, 1, tzinfo=UTC), dismounted=None, multiplier=Decimal(1),
    opening=7, closing=None,
)  # fmt: skip
READ, ESTIMATED = bytes([0]) * 4, bytes([2]) * 4


def at(moment: datetime, index: int, quality: int = 0) -> IndexAt:
    return int(moment.timestamp()) * 1000, index, quality


def ends(*days: DayEnds, register: MountedRegister = REGISTER) -> SpanEnds:
    return span_ends(register, days, START, END)


def test_a_month_between_two_readings_is_not_estimated_though_its_steps_are_spread() -> None:
    first, last = DayEnds(ESTIMATED, at(START, 100), at(START, 100)), DayEnds(ESTIMATED, at(START, 100), at(END, 410))

    assert SpanEnds(100, 410, estimated=False) == ends(first, last)


def test_an_estimated_index_at_the_end_or_within_says_so() -> None:
    first, last = (
        DayEnds(ESTIMATED, at(START, 100), at(START, 100)),
        DayEnds(ESTIMATED, at(START, 100), at(END, 410, 2)),
    )
    within = DayEnds(ESTIMATED, at(START, 100), at(START + timedelta(days=9), 200, 2))

    assert SpanEnds(100, 410, estimated=True, closed_estimated=True) == ends(first, last)
    assert ends(first, within, DayEnds(READ, at(END, 400), at(END, 410))).estimated


def test_an_end_that_lies_between_two_readings_is_estimated_and_not_shown() -> None:
    first, last = DayEnds(READ, at(START, 100), at(START, 100)), DayEnds(ESTIMATED, at(START, 100), at(START, 100))

    assert SpanEnds(100, None, estimated=True) == ends(first, last)
    assert SpanEnds(None, None, estimated=False) == ends(DayEnds(READ, at(START - timedelta(seconds=9), 1)))


def test_a_meter_that_came_or_went_has_its_opening_and_closing_index() -> None:
    came = replace(REGISTER, mounted=START + timedelta(days=3), dismounted=END - timedelta(days=3), closing=900)

    assert SpanEnds(7, 900, estimated=False) == ends(register=came)


def test_any_estimated_step_of_an_interval_register_counts() -> None:
    interval = replace(REGISTER, kind="interval")

    assert ends(DayEnds(bytes([0, 2, 0])), register=interval).estimated
    assert SpanEnds() == ends(DayEnds(READ), register=interval)


def one_difference(*days: DayEnds, register: MountedRegister = REGISTER) -> bool:
    return is_one_difference(register, days, START, END)


def test_a_month_between_two_readings_is_one_difference_until_something_is_read_inside_of_it() -> None:
    first, noon = DayEnds(ESTIMATED, at(START, 100), at(START, 100)), END - timedelta(hours=12)
    last = DayEnds(ESTIMATED, at(START, 100), at(END, 410))

    assert one_difference(first, last)
    assert one_difference(first, DayEnds(ESTIMATED, at(START - timedelta(days=3), 90), at(START, 100)))
    assert not one_difference(first, DayEnds(ESTIMATED, at(START + timedelta(days=9), 200), at(END, 410)))
    assert not one_difference(first, DayEnds(ESTIMATED, at(START, 100), at(noon, 400)))
    assert not one_difference(DayEnds(READ, at(START, 100), at(END, 410)))  # a day that was read step by step
    assert not one_difference()


def test_what_was_hung_up_within_or_counts_intervals_is_no_difference() -> None:
    days = DayEnds(ESTIMATED, at(START, 100), at(START, 100)), DayEnds(ESTIMATED, at(START, 100), at(END, 410))

    assert not one_difference(*days, register=replace(REGISTER, mounted=START + timedelta(days=2)))
    assert not one_difference(*days, register=replace(REGISTER, kind="interval"))


DAILY = replace(REGISTER, kind="interval")


def test_days_and_months_that_begin_and_end_with_the_bill_are_measured() -> None:
    first = DayEnds(ESTIMATED, at(START, 0), at(START + timedelta(days=15), 0))
    last = DayEnds(ESTIMATED, at(END - timedelta(days=16), 0), at(END, 0))

    assert not ends(first, last, register=DAILY).estimated


def test_what_reaches_over_the_bill_was_estimated_itself_or_has_holes_says_so() -> None:
    first, last = DayEnds(ESTIMATED, at(START, 0), at(START, 0)), DayEnds(ESTIMATED, at(START, 0), at(END, 0))
    early = DayEnds(ESTIMATED, at(START - timedelta(hours=1), 0), at(END, 0))
    late = DayEnds(ESTIMATED, at(START, 0), at(END + timedelta(hours=1), 0))
    guessed = DayEnds(ESTIMATED, at(START, 0), at(END, 0, 2))
    holed = DayEnds(bytes([0, 2, 0, 0]), at(START, 0), at(END, 0))
    unknown = DayEnds(ESTIMATED, None, at(END, 0))

    for days in ((early, last), (first, late), (first, guessed), (first, holed), (unknown, last)):
        assert ends(*days, register=DAILY).estimated
