"""Of an hour that comes twice the rows before and after tell which one is meant, in whatever order they come."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud_service.domain.metering.meterdata import BadFileError
from cloud_service.domain.metering.meterdata.wall_clock import WallClock

ZONES = {
    "Europe/Dublin": datetime(2024, 10, 27, 0, 0, tzinfo=ZoneInfo("UTC")),
    "America/New_York": datetime(2024, 11, 3, 4, 0, tzinfo=ZoneInfo("UTC")),
    "Australia/Lord_Howe": datetime(2024, 4, 6, 14, 0, tzinfo=ZoneInfo("UTC")),  # by half an hour
    "Pacific/Auckland": datetime(2024, 4, 6, 13, 0, tzinfo=ZoneInfo("UTC")),
}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("minutes", [10, 15, 30])
def test_every_step_of_the_day_is_found_again(zone: str, newest_first: bool, minutes: int) -> None:
    instants = [ZONES[zone] + timedelta(minutes=minutes * step) for step in range(5 * 60 // minutes)]
    instants = instants[::-1] if newest_first else instants
    clock = WallClock(zone)
    clock.newest_first = newest_first

    written = [
        clock.instant(("M", "import"), at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), line)
        for line, at in enumerate(instants)
    ]

    assert instants == written


def test_a_time_that_the_clock_left_out_is_refused() -> None:
    with pytest.raises(BadFileError, match="did not exist in Europe/Berlin"):
        WallClock("Europe/Berlin").instant(("M", "import"), datetime(2026, 3, 29, 2, 30), 5)  # noqa: DTZ001 - by the wall clock
