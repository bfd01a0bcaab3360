"""A proposal rests on what the connection's own meters counted in the last year, or on what somebody states."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow.advances.proposal import proposal
from common.errors import InputError
from tests.cloud_service.flow.advances.house import House

D = Decimal
NEXT_YEAR = date(2027, 1, 1)


def test_the_use_of_the_last_year_is_counted(house: House) -> None:
    year = proposal(house.world.session, house.contract, NEXT_YEAR)

    # 365 days of 9.6 kWh, the hour of spring and that of autumn
    assert (D(3504), 365, "kWh") == (year.use.quantity, year.use.days, year.use.unit)
    assert (D(116), ("Flat",)) == (year.amount, year.tariffs)
    assert abs(year.net - D("1171.20")) <= D("0.06")


def test_a_part_of_a_year_is_brought_to_a_year(house: House) -> None:
    year = proposal(house.world.session, house.contract, date(2026, 3, 1))

    assert (D(3504), 59) == (year.use.quantity, year.use.days)


def test_a_few_days_say_nothing_and_a_stated_use_does(house: House) -> None:
    with pytest.raises(InputError, match="only 9 days"):
        proposal(house.world.session, house.contract, date(2026, 1, 10))

    assert D(116) == proposal(
        house.world.session, house.contract, date(2026, 1, 10), yearly_use=D(3500)
    ).amount  # fmt: skip


def test_a_year_without_one_tariff_is_refused(house: House) -> None:
    with pytest.raises(InputError, match="no one tariff prices V1"):
        proposal(house.world.session, house.contract, date(2025, 6, 1))


def test_days_with_gaps_do_not_count(house: House) -> None:
    house.world.session.execute(
        text("UPDATE interval_day SET missing = 96, total = 0 WHERE day >= '2026-01-01' AND day < '2026-02-01'")
    )
    year = proposal(house.world.session, house.contract, NEXT_YEAR)

    # 334 days of 9.6 kWh less the hour of spring and with that of autumn, brought to a year
    assert (D(3504), 334) == (year.use.quantity, year.use.days)
