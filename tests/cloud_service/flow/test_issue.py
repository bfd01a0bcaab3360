from datetime import date
from decimal import Decimal

import pytest
from psycopg.errors import ExclusionViolation
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.customers.contract import move_out
from cloud_service.flow.issue import issue, issue_shard
from cloud_service.flow.rate import rate_contracts, rate_shard
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.receivables.ledger import balances
from common.errors import ConflictError, InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


def bill(world: World, day: date = date(2026, 11, 2)) -> list[WrittenInvoice]:
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)
    return issue(world.session, [o.rated for o in outcomes if o.rated], bill_date=day, author="test")


def test_an_october_of_quarter_hours_with_its_clock_change_becomes_an_invoice(world: World) -> None:
    issued = bill(world)

    # 30 days × 96 + 100 quarter hours × 0.1 kWh = 298 kWh × 0.30 = 89.40, + 10 standing, + 19 %
    assert [Decimal("118.29")] * 2 == [invoice.draft.total for invoice in issued]
    assert [298_000] * 2 == [invoice.draft.energy for invoice in issued]
    assert ["INV-2026-00001", "INV-2026-00002"] == [invoice.number for invoice in issued]


def test_the_ledger_says_what_the_invoices_say(world: World) -> None:
    bill(world)
    world.session.commit()

    assert {
        ("receivable", "EUR"): Decimal("236.58"),
        ("revenue", "EUR"): Decimal("-198.80"),
        ("tax", "EUR"): Decimal("-37.78"),
    } == balances(world.session)


def test_a_second_invoice_for_the_same_days_is_refused_by_the_database(world: World) -> None:
    bill(world)
    world.session.commit()

    with pytest.raises(ExclusionViolation, match="ex_invoice_span_live"):
        bill(world)


def test_connections_of_an_account_share_a_bill_of_the_same_days_only(world: World) -> None:
    """The third of one account ended in the month, so that its days are on a bill of their own."""
    world.tenant()
    world.readings(world.registers[2], OCTOBER)
    world.session.execute(text("UPDATE contract SET account_id = :account"), {"account": world.accounts[0]})
    move_out(world.session, world.contracts[2], date(2026, 10, 16), author="t")

    assert {2, 1} == {len(invoice.draft.spans) for invoice in bill(world)}


def test_a_company_that_lost_its_address_issues_nothing(world: World) -> None:
    world.session.execute(text("UPDATE legal_entity SET address = ''"))

    with pytest.raises(ConflictError, match="Example Energy has no address"):
        bill(world)


def test_a_rolled_back_issue_gives_its_numbers_back(world: World) -> None:
    world.session.commit()
    bill(world)
    world.session.rollback()
    issued = bill(world)

    assert ["INV-2026-00001", "INV-2026-00002"] == [invoice.number for invoice in issued]


def test_a_contract_without_readings_is_named_and_the_others_are_rated(world: World) -> None:
    world.tenant()
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)

    assert [True, True, False] == [bool(o.rated) for o in outcomes]
    assert "no reading" in outcomes[2].reason


def test_messages_and_their_job_are_queued_with_the_invoice(world: World) -> None:
    bill(world)
    world.session.commit()
    rows = world.session.execute(text("SELECT kind, recipient, state FROM delivery ORDER BY id")).all()

    assert [("invoice", "tenant1@example.com", "waiting"), ("invoice", "tenant2@example.com", "waiting")] == rows
    assert (
        1 == world.session.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'")).scalar()
    )


def in_dollars(world: World, rate_day: str) -> None:
    """The bills' own currency stays EUR, the entity counts in USD from now on, with one rate of that day."""
    world.session.execute(text("UPDATE legal_entity SET currency = 'USD'"))
    world.session.execute(
        text("INSERT INTO currency_rate (base, currency, day, rate) VALUES ('USD', 'EUR', :day, 1.08)"),
        {"day": rate_day},
    )


@pytest.mark.parametrize("rate_day", ["2026-11-02", "2026-10-23"])
def test_a_bill_takes_the_newest_rate_of_the_last_ten_days(world: World, rate_day: str) -> None:
    in_dollars(world, "2026-01-01")
    world.session.execute(text("UPDATE currency_rate SET rate = 9"))
    in_dollars(world, rate_day)

    assert [Decimal("1.08")] * 2 == [invoice.draft.local_rate for invoice in bill(world)]


def test_a_rate_that_is_older_is_refused_with_pair_day_and_command(world: World) -> None:
    in_dollars(world, "2026-10-22")

    with pytest.raises(ConflictError) as refused:
        bill(world)

    said = "the newest rate of EUR in USD is of 2026-10-22, more than 10 days before 2026-11-02"
    assert said == refused.value.message
    assert "`energy-cloud ledger rates FILE --base USD`" in refused.value.hint


def test_so_is_a_pair_of_which_only_later_rates_are_known(world: World) -> None:
    in_dollars(world, "2026-11-03")

    with pytest.raises(ConflictError, match="there is no rate of EUR in USD up to 2026-11-02"):
        bill(world)


def test_readings_that_change_after_the_rating_park_their_contract_and_no_other(world: World) -> None:
    session = world.session
    run = running.plan(session, running.RunPlan(world.entity, OCTOBER, date(2026, 11, 2), "t"))
    rate_shard(session, run.id)
    running.report(session, run.id)
    running.approve(session, run.id, "boss")
    session.execute(
        text('UPDATE interval_day SET "values" = set_byte("values", 0, 7) WHERE register_id = :id AND day = :day'),
        {"id": world.registers[0], "day": OCTOBER.start},
    )

    assert 2 == issue_shard(session, run.id, author="t")
    first, second = billing_run_items.items(session, run.id)
    assert ("parked", "readings changed after the rating: rate it again") == (first.state, first.reason)
    assert "issued" == second.state


def test_a_bill_whose_client_wants_an_e_invoice_is_not_issued_until_the_rules_take_it(world: World) -> None:
    world.session.execute(text("UPDATE client SET einvoice = 'einvoice_ubl' WHERE number = 'C1'"))

    with pytest.raises(
        InputError, match=r"A1: an e-invoice \(einvoice_ubl\) cannot be made: the seller needs a VAT id"
    ):
        bill(world)
    world.session.execute(text("UPDATE legal_entity SET vat_id = 'DE123456789'"))
    assert ["INV-2026-00001", "INV-2026-00002"] == [invoice.number for invoice in bill(world)]
