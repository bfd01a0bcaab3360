"""What a receipt says at a moment."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.lookups.payment_receipt import receipt_of, received
from common.errors import NotFoundError
from tests.books.world import build
from tests.cloud_service.till import Till


def test_it_is_of_the_company_s_day_and_never_of_one_before_the_payment(session: Session) -> None:
    till = Till(build(session, tenants=1))
    payment = till.paid("50.00")

    late, early = (receipt_of(session, payment, datetime(2026, 11, day, 23, 30, tzinfo=UTC))[0] for day in (20, 1))
    assert (date(2026, 11, 21), date(2026, 11, 5)) == (late.as_of, early.as_of)
    assert (Decimal(0), Decimal("50.00")) == (late.owed, late.credit)


def test_an_unknown_payment_is_refused(session: Session) -> None:
    with pytest.raises(NotFoundError, match="no payment 7"):
        received(session, 7)
