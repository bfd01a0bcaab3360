from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.store.receivables.totals_at_day import totals
from common.errors import NotFoundError
from tests.cloud_service.till import BILLED, PAID, Till

D = Decimal


def test_the_figures_are_as_at_the_end_of_the_day(till: Till) -> None:
    till.bill("100.00")
    till.pay("19.00", day=PAID)
    before, billed, paid, late = (
        totals(till.session, day) for day in (date(2026, 11, 1), BILLED, PAID, date(2026, 11, 17))
    )

    assert [D(0), D(119), D(100), D(100)] == [day.outstanding for day in (before, billed, paid, late)]
    assert [D(0), D(0), D(0), D(100)] == [day.overdue for day in (before, billed, paid, late)]
    assert [D(0), D(19)] == [billed.received, paid.received]
    assert ("EUR", D(119), 1000, 1, 1) == (
        late.currency, late.billed, late.energy, late.bills, late.active_connections,
    )  # fmt: skip


def test_of_another_entity_there_is_nothing(till: Till) -> None:
    till.bill("100.00")

    assert (D(0), 0) == (
        (figures := totals(till.session, PAID, till.world.entity + 1)).outstanding, figures.active_connections,
    )  # fmt: skip


def test_a_currency_without_a_rate_is_said_and_not_guessed(till: Till) -> None:
    till.session.execute(text("UPDATE account SET currency = 'USD'"))
    till.pay("5.00")
    with pytest.raises(NotFoundError, match="no rate of USD in EUR"):
        totals(till.session, PAID)

    till.session.execute(
        text("INSERT INTO currency_rate (base, currency, day, rate) VALUES ('EUR', 'USD', '2026-11-01', 0.9)")
    )

    assert D("4.50") == totals(till.session, PAID).received
