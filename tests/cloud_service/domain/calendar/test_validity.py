"""Days `[from, until)`: which overlap, and which end before they begin."""

from dataclasses import dataclass
from datetime import date

import pytest

from cloud_service.domain.calendar.validity import apart, check_dated, check_days
from common.errors import InputError

JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (7, 8, 9))


@dataclass(frozen=True)
class Entry:
    """Something with days."""

    start: date | None = None
    until: date | None = None


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(Entry(until=AUGUST), Entry(start=AUGUST), True, id="one follows the other"),
        pytest.param(Entry(start=AUGUST), Entry(until=AUGUST), True, id="the other way round"),
        pytest.param(Entry(until=SEPTEMBER), Entry(start=AUGUST), False, id="August has both"),
        pytest.param(Entry(), Entry(start=AUGUST), False, id="one is always valid"),
    ],
)
def test_two_are_apart_where_no_day_has_both(first: Entry, second: Entry, *, expected: bool) -> None:
    assert expected == apart(first, second)


@pytest.mark.parametrize("until", [JULY, AUGUST])
def test_days_that_end_before_they_begin_are_refused(until: date) -> None:
    with pytest.raises(InputError, match="is not after 2026-08-01"):
        check_days(AUGUST, until, "until")


def test_an_end_without_a_beginning_is_fine() -> None:
    check_days(None, AUGUST, "until")


def test_two_entries_for_one_day_are_refused_with_the_place_of_the_later() -> None:
    entries = [Entry(until=SEPTEMBER), Entry(start=AUGUST)]

    with pytest.raises(InputError, match=r"rates\[0\] is valid on the same days") as refused:
        check_dated(entries, "taxes[0].rates")
    assert "taxes[0].rates[1].from" == refused.value.path
