import struct
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from cloud_service.store.metering.tables import IntervalDay
from cloud_service.web import load_profile
from common.period import Span


def full(day: date, count: int, quality: int = 0) -> IntervalDay:
    """A day as stored, of `count` quarter hours: 0, 1, 2 … thousandths of a kWh."""
    return IntervalDay(
        day=day, step_s=900, values=struct.pack(f"<{count}q", *range(count)), qualities=bytes([quality]) * count,
        total=sum(range(count)),
    )  # fmt: skip


def test_the_days_on_which_clocks_change_have_92_and_100_quarter_hours_without_a_gap_or_overlap() -> None:
    for day, count in ((date(2026, 3, 29), 92), (date(2026, 10, 25), 100)):
        profile = load_profile.intervals([full(day, count)], "Europe/Berlin")
        steps = {int((b.start - a.start).total_seconds()) for a, b in pairwise(profile)}

        assert (count, {900}) == (len(profile), steps)


def test_the_file_of_a_long_day_tells_its_two_hours_apart() -> None:
    profile = load_profile.intervals([full(date(2026, 10, 25), 100)], "Europe/Berlin")
    rows = list(load_profile.file_rows(profile, "Europe/Berlin"))
    starts = {row[0].isoformat() for row in rows if isinstance(row[0], datetime)}

    assert {"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"} <= starts
    assert 100 == len(rows)
    assert Decimal("0.099") == rows[-1][1]


def test_power_is_energy_by_the_hour_and_nothing_where_nothing_is_known() -> None:
    day = full(date(2026, 11, 1), 96)
    day.qualities = bytes([0, 2, 4]) + bytes(93)
    seen = load_profile.as_json(load_profile.intervals([day], "UTC"), "kWh", "UTC")

    assert [0.0, 0.004, None, 0.012] == seen["power"][:4]
    assert [False, True, False] == seen["estimated"][:3]
    assert "kW" == seen["unit"]


def test_a_day_of_which_nothing_is_known_is_wholly_missing() -> None:
    rows = load_profile.by_day([full(date(2026, 11, 1), 96)], Span(date(2026, 11, 1), date(2026, 11, 3)), "UTC", 900)

    assert [(96, 0), (0, 96)] == [(row.actual, row.missing) for row in rows]
    assert {96} == {row.actual + row.estimated + row.missing for row in rows}
