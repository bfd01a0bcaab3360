"""Holidays of rule files against dates that governments published."""

from datetime import date

import pytest

from cloud_service.domain.calendar.holidays import calendars, easter, holidays, names_of, orthodox_easter
from common.errors import InputError


def days(calendar: str, year: int, **how: str) -> dict[str, date]:
    return {name: day for day, name in holidays(calendar, year, **how).items()}


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)],
)
def test_easter_falls_on_its_sunday(year: int, month: int, day: int) -> None:
    assert date(year, month, day) == easter(year)


@pytest.mark.parametrize(("year", "month", "day"), [(2021, 5, 2), (2024, 5, 5), (2025, 4, 20), (2026, 4, 12)])
def test_orthodox_easter_falls_on_its_sunday(year: int, month: int, day: int) -> None:
    assert date(year, month, day) == orthodox_easter(year)


@pytest.mark.parametrize(
    ("calendar", "name", "expected"),
    [
        pytest.param("us", "mlk_day", date(2026, 1, 19), id="third Monday"),
        pytest.param("us", "memorial_day", date(2026, 5, 25), id="last Monday"),
        pytest.param("us", "thanksgiving", date(2026, 11, 26), id="fourth Thursday"),
        pytest.param("us", "day_after_thanksgiving", date(2026, 11, 27), id="the day after it"),
        pytest.param("de", "whit_monday", date(2026, 5, 25), id="days after Easter"),
        pytest.param("de-sn", "day_of_repentance", date(2026, 11, 18), id="Wednesday before the 23rd"),
        pytest.param("ca", "victoria_day", date(2026, 5, 18), id="Monday before the 25th"),
        pytest.param("se", "midsummer_day", date(2026, 6, 20), id="Saturday from the 20th"),
        pytest.param("gr", "clean_monday", date(2026, 2, 23), id="days before the Orthodox Easter"),
        pytest.param("nl", "kings_day", date(2026, 4, 27), id="a fixed day"),
    ],
)
def test_a_holiday_is_where_its_rule_says(calendar: str, name: str, expected: date) -> None:
    assert expected == days(calendar, 2026)[name]


def test_bank_holidays_of_england_match_the_published_list() -> None:
    published = [
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-04",
        "2026-05-25",
        "2026-08-31",
        "2026-12-25",
        "2026-12-28",
    ]

    assert published == sorted(day.isoformat() for day in holidays("gb-eng", 2026))


@pytest.mark.parametrize(
    ("year", "christmas", "boxing"),
    [
        pytest.param(2021, date(2021, 12, 27), date(2021, 12, 28), id="Saturday and Sunday"),
        pytest.param(2022, date(2022, 12, 27), date(2022, 12, 26), id="Sunday and Monday"),
        pytest.param(2025, date(2025, 12, 25), date(2025, 12, 26), id="weekdays"),
    ],
)
def test_substitute_days_look_for_a_free_weekday(year: int, christmas: date, boxing: date) -> None:
    holidays_of_year = days("gb-eng", year)

    assert (christmas, boxing) == (holidays_of_year["christmas_day"], holidays_of_year["boxing_day"])


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ("actual_day", date(2027, 7, 4)),
        ("sunday_to_monday", date(2027, 7, 5)),
        ("nearest_weekday", date(2027, 7, 5)),
        ("next_weekday", date(2027, 7, 5)),
    ],
)
def test_a_tariff_says_what_happens_to_a_holiday_on_a_sunday(observed: str, expected: date) -> None:
    assert expected == days("us", 2027, observed=observed)["independence_day"]


def test_a_new_year_kept_on_friday_belongs_to_the_year_before() -> None:
    assert date(2021, 12, 31) in holidays("us", 2021, (), "nearest_weekday")
    assert date(2022, 1, 1) not in holidays("us", 2022, (), "nearest_weekday")


def test_a_region_has_the_holidays_of_its_country() -> None:
    assert set(days("de", 2026)) < set(days("de-by", 2026))
    assert set(names_of("de")) < set(names_of("de-by"))


def test_a_holiday_is_kept_from_the_year_it_was_made() -> None:
    assert "juneteenth" not in days("us", 2020)
    assert "juneteenth" in days("us", 2021)
    assert "great_prayer_day" in days("dk", 2023)
    assert "great_prayer_day" not in days("dk", 2024)


def test_only_the_named_holidays_count() -> None:
    assert {"christmas"} == set(holidays("us", 2026, ("christmas",)).values())


@pytest.mark.parametrize("calendar", calendars())
@pytest.mark.parametrize("year", [2015, 2026, 2040])
def test_every_rule_of_every_file_can_be_read(calendar: str, year: int) -> None:
    assert 3 < len(holidays(calendar, year)) < 20


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="no holiday calendar"):
        holidays("atlantis", 2026)
