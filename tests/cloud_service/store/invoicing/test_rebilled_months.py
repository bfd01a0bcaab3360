"""What bills that were issued after the latest one of a contract say of earlier months."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from cloud_service.domain.rating.rated_contract import MonthlyUse
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.rebilled_months import rebilled_months
from common.period import Span
from tests.books.world import build

YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("days", "whole"),
    [
        (Span(date(2026, 9, 16), date(2026, 11, 1)), MonthlyUse(date(2026, 10, 1), 298_000)),
        (Span(date(2026, 9, 1), date(2026, 10, 16)), MonthlyUse(date(2026, 9, 1), 288_000)),
    ],
)
def test_only_months_that_a_bill_has_wholly_and_only_of_later_bills(
    session: Session, days: Span, whole: MonthlyUse
) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], days)
    (outcome,) = rate_contracts(session, world.contracts, days)
    assert outcome.rated is not None
    (bill,) = issue(session, [outcome.rated], bill_date=days.end, author="test")

    (before,) = rebilled_months(session, {world.contracts[0]: bill.id - 1}, YEAR)
    assert (whole,) == before.uses
    assert [] == rebilled_months(session, {world.contracts[0]: bill.id}, YEAR)
    assert [] == rebilled_months(session, {}, YEAR)
