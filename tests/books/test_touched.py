"""Finding the invoices that late readings touched must not take longer with many invoices."""

import time
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.invoicing.corrections import touched
from common.period import Span
from tests.books.world import build

MONTH = Span(date(2026, 10, 1), date(2026, 11, 1))
INVOICES = 100_000
INVOICE = (
    "INSERT INTO invoice (id, legal_entity_id, number, account_id, bill_date, due_date, during, currency, net, tax,"
    " total, local_currency, energy, hash) SELECT 1000 + n, :entity, 'X' || n, :account, '2015-01-01', '2015-01-15',"
    " daterange(date '2000-01-01' + n, date '2000-01-02' + n), 'EUR', 1, 0, 1, 'EUR', 0, ''"
    " FROM generate_series(1, :n) n"
)
SPAN = (
    "INSERT INTO invoice_span (invoice_id, contract_id, during) SELECT 1000 + n, :contract,"
    " daterange(date '2000-01-01' + n, date '2000-01-02' + n) FROM generate_series(1, :n) n"
)


@pytest.mark.slow
def test_the_list_of_touched_invoices_takes_two_seconds_at_most_with_a_hundred_thousand(session: Session) -> None:
    world = build(session, tenants=2)
    session.execute(text("UPDATE contract SET during = '[2000-01-01,)' WHERE id = :c"), {"c": world.contracts[0]})
    bind_values = {"entity": world.entity, "account": world.accounts[0], "contract": world.contracts[0], "n": INVOICES}
    for statement in (
        INVOICE,
        SPAN,
    ):  # a day each, far into the future: as many spans as a hundred thousand contracts would have
        session.execute(text(statement), bind_values)
    world.readings(world.registers[0], MONTH)
    session.execute(text("UPDATE late_day SET handled_at = now()"))
    session.commit()
    started = time.monotonic()
    session.execute(
        text('UPDATE interval_day SET "values" = overlay("values" placing \'\\x02\'::bytea from 1), total = total + 1')
    )
    changed = time.monotonic() - started
    touched_invoices = touched(session)
    listed = time.monotonic() - started - changed

    print(f"{INVOICES:,} invoices: noted in {changed:.2f} s, listed in {listed:.3f} s")

    assert MONTH.days == len(touched_invoices)
    assert changed < 2.0
    assert listed < 2.0
