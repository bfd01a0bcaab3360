from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from cloud_service.flow.correct_invoice import credit
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lookups import dashboard
from cloud_service.store.receivables.totals_at_day import totals
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from common.period import Span
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


def test_what_a_credit_note_of_a_bill_in_the_client_s_favour_asks_back_is_owed_everywhere(till: Till) -> None:
    till.bill("100.00")
    favour = till.bill("-50.00", 9)
    at = datetime(2026, 11, 5, tzinfo=UTC)
    credit(till.session, favour.id, reason="wrong", day=PAID, author="t", clock=lambda: at)
    day = date(2026, 11, 20)
    figures, listed = totals(till.session, day), ListQuery(filters={"status": ("overdue",)})
    entity = till.session.scalars(select(LegalEntity)).one()
    cards = dashboard.totals(till.session, entity, Span(BILLED, day), day)
    bills = page_of(till.session, invoices(Scope(), listed, day), listed)

    assert (D(119), D(119)) == (figures.outstanding, figures.overdue)
    assert [(D(119), D(119))] == [(cards.outstanding_local, cards.overdue_local)]
    assert (D(119), {D("59.50")}) == (bills.sums["outstanding_local"], {row.outstanding for row in bills.rows})
