"""What corrections need of issued invoices."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import arrangements, collect
from cloud_service.store.invoicing.billed_usage import packed_days, snapshot_time
from cloud_service.store.invoicing.billing_run_items import unbilled
from cloud_service.store.invoicing.corrections import (
    RegisterRead,
    changed_reads,
    free_spans,
    mark_handled,
    original,
    taken_back,
    touched,
    written_off,
)
from common.errors import NotFoundError
from common.period import Span, day_start
from tests.books.world import World, build
from tests.cloud_service.store.invoicing.october import OCTOBER, issue_month

NOVEMBER_9 = date(2026, 11, 9)
LATE = text(
    "INSERT INTO late_day (invoice_id, register_id, day, before, after) VALUES (:invoice, :register, :day, 5, 9)"
)


def pay(world: World, amount: str, day: date) -> None:
    collect.pay(
        world.session, world.accounts[0], Decimal(amount), provider="bank", reference=str(day), day=day, author="t"
    )


def test_an_invoice_is_read_with_its_account_its_contracts_and_its_lines(world: World) -> None:
    issued = issue_month(world)

    invoice = original(world.session, issued.id)

    assert (issued.number, OCTOBER, Decimal("119.00")) == (invoice.number, invoice.during, invoice.total)
    assert (world.accounts[0], (world.contracts[0],)) == (invoice.account.account_id, invoice.contracts)
    assert ["Energy"] == [line.label for line in invoice.lines]
    assert (False, date(2026, 11, 2)) == (invoice.credited, invoice.open_since)


def test_an_unknown_invoice_is_refused(session: Session) -> None:
    with pytest.raises(NotFoundError, match="no invoice 99"):
        original(session, 99)


def test_its_days_can_be_billed_again_once_they_are_free(world: World) -> None:
    issued = issue_month(world)
    assert [] == unbilled(world.session, [(world.contracts[0], OCTOBER)])

    free_spans(world.session, issued.id)

    assert [(world.contracts[0], OCTOBER)] == unbilled(world.session, [(world.contracts[0], OCTOBER)])
    assert () == original(world.session, issued.id).contracts


def test_money_goes_back_to_its_source_and_not_before_it_had_come(world: World) -> None:
    issued = issue_month(world)
    pay(world, "100.00", NOVEMBER_9)

    (early,) = taken_back(world.session, issued.id, date(2026, 11, 5))
    (later,) = taken_back(world.session, issued.id, date(2026, 11, 12))

    assert (Decimal("-100.00"), "payment", issued.id) == (early.amount, early.source_kind, early.invoice_id)
    assert (NOVEMBER_9, date(2026, 11, 12)) == (early.day, later.day)


def test_what_was_given_up_is_known_with_its_last_day(world: World) -> None:
    issued = issue_month(world)
    assert written_off(world.session, issued.id) is None

    arrangements.write_off(world.session, issued.id, Decimal("19.00"), reason="lost", day=NOVEMBER_9, author="t")

    assert (Decimal("19.00"), NOVEMBER_9) == written_off(world.session, issued.id)


def test_late_days_are_listed_by_invoice_until_they_are_handled(world: World) -> None:
    issued = issue_month(world)
    for day in (date(2026, 10, 5), date(2026, 10, 7)):
        values = {"invoice": issued.id, "register": world.registers[0], "day": day}
        world.session.execute(LATE, values)

    (row,) = touched(world.session, world.entity)

    assert (issued.number, "Tenant 1", 2, 8) == (row.number, row.tenant, row.days, row.change)
    assert (date(2026, 10, 5), date(2026, 10, 7)) == (row.first, row.last)
    assert [] == touched(world.session, world.entity + 1)

    mark_handled(world.session, issued.id, "credited", datetime(2026, 11, 9, tzinfo=UTC))
    assert [] == touched(world.session)


def test_a_read_has_changed_where_its_days_were_made_since_with_other_values(world: World) -> None:
    world.readings(world.registers[0], OCTOBER)
    rated_at = snapshot_time(world.session)
    packed = packed_days(world.session, world.registers[:1], OCTOBER)[world.registers[0]]
    same = RegisterRead(1, world.registers[0], OCTOBER, rated_at, fingerprint(packed.body))
    other = RegisterRead(2, world.registers[0], OCTOBER, rated_at, "0" * 64)
    long_after = RegisterRead(3, world.registers[0], OCTOBER, rated_at + timedelta(hours=1), "0" * 64)

    assert [other] == changed_reads(world.session, [same, other, long_after])
    assert [] == changed_reads(world.session, [])


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize(
    ("zone", "hour", "register", "day"),
    [
        pytest.param("America/New_York", 21, 1, 20, id="the new meter's evening, tomorrow in UTC"),
        pytest.param("Pacific/Auckland", 8, 0, 20, id="the old meter's morning, yesterday in UTC"),
        pytest.param("Europe/Berlin", 12, 1, 19, id="not the day before the new meter came"),
    ],
)
def test_the_day_of_an_exchange_is_late_by_the_midnights_of_its_site(
    session: Session, zone: str, hour: int, register: int, day: int
) -> None:
    world = build(session, tenants=1, zone=zone)
    issue_month(world)
    exchange = day_start(date(2026, 10, 20), zone) + timedelta(hours=hour)
    session.execute(text("UPDATE meter_mount SET during = tstzrange(lower(during), :at)"), {"at": exchange})
    _, new = world.point(99)
    moved = (
        "UPDATE meter_mount SET during = tstzrange(:at, NULL),"
        " service_point_id = (SELECT min(id) FROM service_point) WHERE upper_inf(during)"
    )
    session.execute(text(moved), {"at": exchange})
    session.execute(text("DELETE FROM late_day"))  # the exchange itself is one; here it is what is read afterwards
    world.readings((world.registers[0], new)[register], Span(date(2026, 10, day), date(2026, 10, day + 1)))

    expected = 0 if zone == "Europe/Berlin" else 1
    assert expected == session.execute(text("SELECT count(*) FROM late_day")).scalar_one()

    session.execute(text("DELETE FROM late_day"))
    session.execute(text('UPDATE interval_day SET "values" = set_byte("values", 0, 7), total = total + 1'))
    assert expected == session.execute(text("SELECT count(*) FROM late_day")).scalar_one()
