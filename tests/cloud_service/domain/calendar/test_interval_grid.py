"""The steps of civil days, through clock changes."""

from datetime import date

from cloud_service.domain.calendar.interval_grid import grid

BERLIN = "Europe/Berlin"


def test_a_step_is_found_by_its_wall_clock() -> None:
    steps = grid(date(2026, 3, 29), date(2026, 3, 31), BERLIN, 900)

    assert 92 + 96 == steps.steps
    assert ["2026-03-29 01:45", "2026-03-29 03:00", "2026-03-30 00:00"] == [steps.wall(step) for step in (7, 8, 92)]
