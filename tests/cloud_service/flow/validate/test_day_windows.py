"""Windows of local days with their first instants."""

from datetime import date

from cloud_service.domain.metering.vee.series import RegisterRules
from cloud_service.flow.validate.day_windows import day_windows
from common.period import day_start

SPRING = (date(2026, 3, 28), date(2026, 3, 30))  # the clock of Berlin goes forward on the 29th


def test_a_window_has_the_local_midnights_of_its_days_and_of_the_day_after() -> None:
    problems: dict[int, str] = {}
    window = day_windows({1: RegisterRules(1, "index", 900, "Europe/Berlin")}, {1: SPRING}, problems)[1]
    hours = [
        (later - earlier) / 3_600_000 for earlier, later in zip(window.starts_ms, window.starts_ms[1:], strict=False)
    ]

    assert ([24, 23, 24], {}) == (hours, problems)
    assert int(day_start(SPRING[0], "Europe/Berlin").timestamp()) * 1000 == window.start_ms


def test_steps_that_do_not_fit_the_days_are_noted_and_the_others_made() -> None:
    problems: dict[int, str] = {}
    rules = {number: RegisterRules(number, "index", step_s, "Europe/Berlin") for number, step_s in ((1, 7), (2, 900))}
    windows = day_windows(rules, {1: SPRING, 2: SPRING}, problems)

    assert {2} == set(windows)
    assert "steps of 7 s do not fit the days of Europe/Berlin" in problems[1]


def test_hours_are_laid_onto_half_hours_where_a_day_has_half_an_hour_more() -> None:
    problems: dict[int, str] = {}
    days = (date(2026, 4, 5), date(2026, 4, 5))
    window = day_windows({1: RegisterRules(1, "index", 3600, "Australia/Lord_Howe")}, {1: days}, problems)[1]

    assert (1800, {}) == (window.fitting_step_s(3600), problems)
    assert 900 == window.fitting_step_s(900)


def test_a_zone_that_does_not_exist_is_noted() -> None:
    problems: dict[int, str] = {}

    assert {} == day_windows({1: RegisterRules(1, "index", 900, "Moon/Crater")}, {1: SPRING}, problems)
    assert [1] == list(problems)
