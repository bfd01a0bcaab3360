"""The ratebook form of a record gives the same prices, or is refused with a reason."""

from datetime import date
from typing import Any

import pytest

from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.domain.tariffs.urdb import import_urdb
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import bill, steady
from tests.cloud_service.domain.tariffs.urdb.records import HOURS, PEAK, D, book, june


def test_the_ratebook_form_gives_the_same_prices() -> None:
    rating = june(book())

    assert [D("79.20"), D("15.00")] == [line.amount for line in rating.lines]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"unsupported": ["coincident"]}, "unsupported"),
        ({"surprise": 1}, "surprise"),
        ({"metering": "barter"}, "metering"),
        ({"fixed_charges": [{"amount": "1", "unit": "$/week"}]}, "fixed_charges[0].unit"),
        ({"min_charge": {"amount": "1", "unit": "$/week"}}, "min_charge.unit"),
        (
            {"schedule": {"weekday": HOURS, "weekend": HOURS, "holiday_policy": "as_christmas"}},
            "schedule.holiday_policy",
        ),
        ({"energy": {"periods": [{"tiers": [{"rate": "1", "extra": 1}]}]}}, "energy.periods[0].tiers[0].extra"),
        ({"energy": {"periods": [{"tiers": []}]}}, "energy.periods[0].tiers"),
    ],
)
def test_a_ratebook_record_that_cannot_be_priced_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as refused:
        import_urdb(book(**fields))

    assert path == refused.value.path


def test_named_holidays_are_priced_as_weekend_where_they_are_wanted() -> None:
    schedule = {
        "weekday": PEAK,
        "weekend": HOURS,
        "holiday_policy": "as_weekend",
        "holidays": ["independence_day"],
        "holiday_observance": "actual_day",
    }
    periods = [
        {"tiers": [{"rate": rate, "adj": "0", "max": None, "max_unit": "kWh", "sell": None}]}
        for rate in ("0.10", "1.00")
    ]
    document = book(schedule=schedule, energy={"periods": periods}, fixed_charges=[])
    day = Span(date(2025, 7, 4), date(2025, 7, 5))  # a Friday
    with_holidays = load_tariff(import_urdb(document).document)
    plain = import_urdb(document, holidays=False)

    assert D("2.40") == bill(with_holidays, steady("1", day, "UTC", 60), day, "UTC").total
    assert D("6.90") == bill(load_tariff(plain.document), steady("1", day, "UTC", 60), day, "UTC").total
    assert any("holidays" in note for note in plain.notes)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param(
            {"schedule": {"weekday": HOURS, "weekend": HOURS, "saturday": HOURS}}, "schedule.saturday", id="a third day"
        ),
        pytest.param(
            {"fixed_charges": [{"amount": "1", "unit": "$/day", "per_meter": "2"}]},
            "fixed_charges[0].per_meter",
            id="a price of each meter",
        ),
        pytest.param(
            {"min_charge": {"amount": "1", "unit": "$/day", "per_kw": "2"}}, "min_charge.per_kw", id="a minimum per kW"
        ),
        pytest.param(
            {"energy": {"periods": [{"tiers": [{"rate": "0.1"}], "surcharge": "0.1"}]}},
            "energy.periods[0].surcharge",
            id="a surcharge of a period",
        ),
    ],
)
def test_a_part_of_a_ratebook_record_that_is_not_known_is_never_left_out(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError, match="not a part of a ratebook record") as refused:
        import_urdb(book(**fields))
    assert ("unsupported", path) == (refused.value.code, refused.value.path)
