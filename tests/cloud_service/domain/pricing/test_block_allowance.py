"""Allowances of blocks follow the days they are for."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import (
    bill,
    energy,
    make_tariff,
    steady,
)

D = Decimal


def test_an_allowance_follows_the_days_of_its_season() -> None:
    """A bill over the change of season: each season has its price and its allowance for its own days."""
    schedule = {
        "seasons": {"summer": {"from": "03-11", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
    ladders = {
        "summer": [{"up_to": "62", "price": "0.1"}, {"price": "0.2"}],
        "winter": [{"up_to": "31", "price": "0.3"}, {"price": "0.4"}],
    }
    tariff = make_tariff(energy(period_blocks=ladders), schedules={"s": schedule})
    daily = make_tariff(energy(period_blocks=ladders, allowance="day"), schedules={"s": schedule})

    assert [D(42), D(461), D(10), D(230)] == [line.quantity for line in bill(tariff, steady()).lines]
    assert [D(503), D(240)] == [line.quantity for line in bill(daily, steady()).lines]


APRIL = Span(date(2026, 4, 1), date(2026, 5, 1))
RISE = [{"name": "vat", "rates": [{"percent": "10", "until": "2026-04-16"}, {"percent": "20", "from": "2026-04-16"}]}]
SEASONS: dict[str, Any] = {
    "year": {
        "seasons": {"summer": {"from": "04-16", "until": "10-01"}},
        "periods": [{"name": "summer", "seasons": ["summer"]}, {"name": "winter"}],
    }
}


@pytest.mark.parametrize(
    ("charge", "rest"),
    [
        pytest.param(
            energy(blocks=[{"up_to": "9", "price": "1"}, {"price": "2"}]), {"taxes": RISE}, id="a tax changes"
        ),
        pytest.param(
            energy(
                period_blocks={name: [{"up_to": "9", "price": "1"}, {"price": "2"}] for name in ("summer", "winter")}
            ),
            {"schedules": SEASONS},
            id="a season changes",
        ),
    ],
)
def test_an_allowance_of_the_whole_bill_is_not_given_to_each_part(charge: dict[str, Any], rest: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="allowance of the whole bill") as refused:
        bill(make_tariff({**charge, "allowance": "period"}, **rest), steady(span=APRIL), APRIL)
    assert ("not_prorated", "charges[0].allowance") == (refused.value.code, refused.value.path)
