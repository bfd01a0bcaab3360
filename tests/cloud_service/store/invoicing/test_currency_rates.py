"""Currency rates: kept once, the newest not after a day."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.invoicing.currency_rates import DayRate, add, newest
from common.errors import ConflictError

MONDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 6)
RATES = [(MONDAY, "USD", Decimal("0.90")), (FRIDAY, "USD", Decimal("0.92"))]


def test_the_newest_rate_is_the_last_that_is_not_after_the_day(session: Session) -> None:
    add(session, "EUR", RATES)

    assert DayRate(MONDAY, Decimal("0.90")) == newest(session, "EUR", "USD", date(2026, 11, 5))
    assert DayRate(FRIDAY, Decimal("0.92")) == newest(session, "EUR", "USD", date(2027, 1, 1))
    assert newest(session, "EUR", "USD", date(2026, 11, 1)) is None
    assert newest(session, "GBP", "USD", FRIDAY) is None


def test_known_rates_are_passed_by_and_new_ones_counted(session: Session) -> None:
    assert 0 == add(session, "EUR", [])
    assert 1 == add(session, "EUR", RATES[:1])
    assert 1 == add(session, "EUR", RATES)


def test_another_rate_for_a_known_day_is_refused(session: Session) -> None:
    add(session, "EUR", RATES)

    with pytest.raises(ConflictError, match="USD on 2026-11-02 is known as"):
        add(session, "EUR", [(MONDAY, "USD", Decimal("0.91"))])
