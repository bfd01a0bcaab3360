from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import BaseRate
from cloud_service.store.receivables.interest_base_rates import enter, entered

JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)


def test_rates_stand_by_country_oldest_first_and_a_new_one_takes_the_place_of_the_old(session: Session) -> None:
    first = enter(session, "DE", JULY, Decimal("1.27"), "mary")
    enter(session, "DE", JANUARY, Decimal("1.17"), "mary")
    replaced = enter(session, "DE", JULY, Decimal("2.27"), "john")

    assert (None, Decimal("1.27")) == (first, replaced)
    assert [
        BaseRate(start=JANUARY, percent=Decimal("1.17")), BaseRate(start=JULY, percent=Decimal("2.27")),
    ] == entered(session, "DE")  # fmt: skip
    assert [] == entered(session, "AT")
