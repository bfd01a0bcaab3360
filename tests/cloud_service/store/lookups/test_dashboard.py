from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from cloud_service.flow.correct_invoice import credit
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.lookups import dashboard
from common.period import Span
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.web.operator_rows import NOW, TODAY

D = Decimal
THIRTY_DAYS = Span(date(2026, 10, 31), date(2026, 11, 30))


def kilo(office: Office) -> LegalEntity:
    return office.session.scalars(select(LegalEntity).where(LegalEntity.name == "Kilo Ltd")).one()


def test_the_cards_say_what_the_lists_behind_them_sum_to(office: Office) -> None:
    totals = dashboard.totals(office.session, kilo(office), THIRTY_DAYS, TODAY)

    assert ("KES", D(130), 1, D(100)) == (
        totals.local_currency, totals.outstanding_local, totals.overdue, totals.overdue_local,
    )  # fmt: skip
    assert [("KES", D(130), 2)] == [(owed.currency, owed.amount, owed.bills) for owed in totals.owed]
    assert (D(20) + 10 * 150, D(0), 0) == (totals.received_local, totals.received_before, totals.without_rate)
    assert (580_250, 1_000_000) == (totals.energy, totals.energy_before)
    assert (2, 1, 2) == (totals.active, totals.prepaid, totals.active_before)


def test_a_credited_bill_is_no_energy_beside_the_one_in_its_place(office: Office) -> None:
    before = dashboard.totals(office.session, kilo(office), THIRTY_DAYS, TODAY).energy
    invoice = office.session.execute(text("SELECT id FROM invoice WHERE number = 'INV-2'")).scalar_one()
    clock = datetime(2026, 11, 20, 12, tzinfo=UTC)
    credit(office.session, invoice, reason="misread", day=TODAY, author="t", clock=lambda: clock)

    after = dashboard.totals(office.session, kilo(office), THIRTY_DAYS, TODAY).energy
    energy = office.session.execute(text("SELECT energy FROM invoice WHERE number = 'INV-2'")).scalar_one()
    assert 0 < energy == before - after


def test_a_payment_without_a_rate_is_counted_and_not_guessed(office: Office) -> None:
    office.session.execute(text("DELETE FROM currency_rate"))
    totals = dashboard.totals(office.session, kilo(office), THIRTY_DAYS, TODAY)

    assert (D(20), 1) == (totals.received_local, totals.without_rate)


def test_each_month_or_day_has_its_sums_empty_ones_too(office: Office) -> None:
    entity = kilo(office).id
    months = dashboard.billed_and_received(office.session, entity, date(2026, 9, 1), date(2026, 11, 1))
    days = dashboard.billed_and_received(office.session, entity, date(2026, 11, 9), date(2026, 11, 15), by="day")

    assert [
        (date(2026, 9, 1), D(0), D(0)), (date(2026, 10, 1), D(100), D(0)), (date(2026, 11, 1), D(1550), D(1520)),
    ] == months  # fmt: skip
    assert [(10, D(50), D(0)), (12, D(1500), D(0)), (15, D(0), D(1520))] == [
        (day.day, billed, received) for day, billed, received in days if billed or received
    ]
    assert 7 == len(days)


def test_events_are_those_of_the_readers_entities_and_silent_gateways_among_them(office: Office) -> None:
    entity = kilo(office).id
    later = NOW + timedelta(minutes=16)
    kinds = {row.kind for row in dashboard.latest(office.session, [entity], later, rows=20)}
    names = [row.what for row in dashboard.latest(office.session, [entity], later, 20) if row.kind == "gateway"]

    assert {"payment", "bills", "gateway"} == kinds
    assert ["gw-K-1", "gw-K-2"] == sorted(names)
    assert [] == dashboard.latest(office.session, [], later)
