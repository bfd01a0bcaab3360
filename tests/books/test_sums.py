"""Each card, foot, chart, report, file and statement is the sum of its rows.

The history has credit notes, bills issued anew, two currencies, several utilities and registers, transformers, money in
and out, deposits and credit that pays the next bill.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.documents.report_sheet import report_sheet
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow import correct_invoice
from cloud_service.flow.collect import deposits, incoming, outgoing
from cloud_service.flow.export_invoices import invoice_spreadsheet
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database.schema import days_from
from cloud_service.store.database.session import connect
from cloud_service.store.invoicing import currency_rates
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, all_of, page_of
from cloud_service.store.lists.payments import payments
from cloud_service.store.lookups import dashboard
from cloud_service.store.receivables.statements_and_ageing import ageing, statement
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff, TariffVersion
from common.period import Span
from common.reading import as_decimal
from tests.books.world import FLAT, START, World, build, noon
from tests.conftest import own_database

D = Decimal
MONTHS = tuple(Span(date(2026, month, 1), date(2026, month + 1, 1)) for month in (8, 9, 10))
TODAY = date(2026, 11, 20)
YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))
UNTAXED: dict[str, Any] = {**FLAT, "charges": FLAT["charges"][1:]}
EVERYTHING = ListQuery(size=100_000)


@pytest.fixture(scope="module")
def books(postgres_url: str) -> Iterator[World]:
    """Three months of an operator; see the module. The tests only read it."""
    with own_database(postgres_url) as url:
        engine = connect(url)
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield _history(session)
        finally:
            engine.dispose()


def _history(session: Session) -> World:
    world = build(session)
    currency_rates.add(session, "EUR", [(day, "USD", D("0.9137")) for day in (*(month.end for month in MONTHS), TODAY)])
    _tenants(world)
    for month in MONTHS:
        _bill(world, month)
    _turns(world)
    session.commit()
    return world


def _tenants(world: World) -> None:
    """Electricity with a transformer, by two rates, of a client who pays in dollars; water, gas, heat; a landlord."""
    session = world.session
    dollars = _tariff(world, UNTAXED | {"id": "usd", "currency": "USD"})
    standing = _tariff(world, UNTAXED | {"id": "standing"})
    world.tenant("With a transformer")
    session.execute(text("UPDATE meter_mount SET multiplier = 40"))
    for tariff, name, currency in (
        (standing, "Two rates", "EUR"), (dollars, "In dollars", "USD"), (standing, "Water", "EUR"),
        (standing, "Gas", "EUR"), (standing, "Heat", "EUR"),
    ):  # fmt: skip
        world.tariff = tariff
        world.tenant(name, currency=currency)
    _registers(world, 1, "electricity", "kWh", "ht", "nt")
    for place, utility, unit in ((3, "water", "m3"), (4, "gas", "m3"), (5, "heat", "kWh")):
        _registers(world, place, utility, unit, "counted")
    for register, wh in zip(world.registers, (7, 11, 13, 17, 19, 23), strict=True):
        for month in MONTHS:
            world.readings(register, month, wh=wh)


def _tariff(world: World, document: dict[str, Any]) -> int:
    row = Tariff(legal_entity_id=world.entity, code=document["id"], name=document["id"], currency=document["currency"])
    world.session.add(row)
    world.session.flush()
    version = load_tariff(document).versions[0]
    world.session.add(TariffVersion(tariff_id=row.id, during=days_from(START), document=document, hash=version.hash))
    world.session.flush()
    return row.id


def _registers(world: World, place: int, utility: str, unit: str, *names: str) -> None:
    """Let a tenant's meter count something else, by one register or two."""
    session, register = world.session, world.registers[place]
    session.execute(
        text(
            "UPDATE service_point SET utility = :utility"
            " WHERE id = (SELECT service_point_id FROM contract WHERE id = :contract)"
        ),
        {"utility": utility, "contract": world.contracts[place]},
    )
    fields = {"unit": unit, "quantity": "volume" if unit == "m3" else "active_energy", "id": register}
    session.execute(
        text("UPDATE register SET name = :name, unit = :unit, quantity = :quantity WHERE id = :id"),
        {**fields, "name": names[0]},
    )
    for name in names[1:]:
        other = session.execute(
            text(
                "INSERT INTO register (meter_id, name, unit, kind, quantity) SELECT meter_id, :name, :unit, 'index',"
                " :quantity FROM register WHERE id = :id RETURNING id"
            ),
            {**fields, "name": name},
        ).scalar_one()
        for month in MONTHS:
            world.readings(other, month, wh=3)


def _bill(world: World, month: Span) -> None:
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts, month) if outcome.rated]
    assert len(world.contracts) == len(rated)
    issue(world.session, rated, bill_date=month.end, author="t")


def _turns(world: World) -> None:
    """Credits, bills anew, money in several ways, refunds, a deposit and its release."""
    session, (a, b, c, d, *_rest) = world.session, world.accounts
    first, other = _bills_of(world, a)[-1], _bills_of(world, d)[-1]
    for bill in (first, other):
        correct_invoice.credit(session, bill.id, reason="wrong", day=TODAY, author="t", clock=lambda: noon(TODAY))
    again = rate_contracts(session, [world.contracts[0]], MONTHS[-1])
    issue(session, [outcome.rated for outcome in again if outcome.rated], bill_date=TODAY, author="t")
    booked: dict[str, Any] = {"author": "t", "day": TODAY, "provider": "cash"}
    incoming.pay(session, a, D("5000.00"), reference="1", **booked)
    paid = incoming.pay(session, b, D("17.31"), reference="2", **booked)
    incoming.pay(session, c, D("3.10"), reference="3", **booked)
    deposit = incoming.pay(session, b, D("50.00"), reference="4", kind="deposit", **booked)
    assert paid.payment_id is not None
    assert deposit.payment_id is not None
    outgoing.give_back(session, paid.payment_id, D("7.00"), reference="5", day=TODAY, author="t")
    deposits.release_deposit(session, deposit.payment_id, D("20.00"), day=TODAY, author="t")


def _bills_of(world: World, account: int) -> list[Any]:
    rows = world.session.execute(
        text("SELECT id FROM invoice WHERE account_id = :account ORDER BY lower(during), id"), {"account": account}
    )
    return list(rows)


def rows_of_bills(world: World) -> list[Any]:
    return list(all_of(world.session, invoices(Scope(), EVERYTHING, TODAY), EVERYTHING))


def rows_of_payments(world: World) -> list[Any]:
    return list(all_of(world.session, payments(Scope(), EVERYTHING), EVERYTHING))


def total(values: Iterable[Any]) -> Decimal:
    return sum((D(value) for value in values), D(0))


def test_the_history_is_as_varied_as_it_says(books: World) -> None:
    rows = rows_of_bills(books)

    assert {"EUR", "USD"} == {row.currency for row in rows}
    assert {"invoice", "credit_note"} == {row.kind for row in rows}
    assert {"paid", "part", "credited", "credit_note", "open", "overdue"} & {row.state for row in rows}
    assert {1, -1} <= {(row.volume > 0) - (row.volume < 0) for row in rows}


def test_what_a_bill_says_was_used_is_what_its_meters_counted_times_their_transformers(books: World) -> None:
    for row in rows_of_bills(books):
        contracts = issued_invoice(books.session, row.id).basis.contracts
        counted = {
            unit: total(
                D(int(source.counted or 0)) * source.multiplier
                for one in contracts
                for source in one.sources
                if source.unit == unit
            )
            for unit in ("kWh", "m3")
        }
        if row.kind == "invoice":
            assert (D(row.energy), D(row.volume)) == (counted["kWh"], counted["m3"]), row.number


def test_the_months_of_the_chart_are_what_the_bills_of_these_months_say(books: World) -> None:
    for place, contract in enumerate(books.contracts):
        last = _bills_of(books, books.accounts[place])[-1].id
        billed = issued_invoice(books.session, last)
        chart = {use.month: use.energy for one in billed.basis.contracts for use in one.usage}
        by_month: dict[date, int] = {}
        for row in _bills_of(books, books.accounts[place]):
            bill = issued_invoice(books.session, row.id)
            for one in bill.basis.contracts:
                by_month[one.start] = int(one.counted or 0)
        if chart:
            assert by_month == chart, contract


@pytest.mark.parametrize("key", ["energy", "volume", "total_local", "outstanding_local"])
def test_the_foot_of_the_bills_is_the_sum_of_its_rows(books: World, key: str) -> None:
    page = page_of(books.session, invoices(Scope(), EVERYTHING, TODAY), EVERYTHING)

    assert total(getattr(row, key) for row in rows_of_bills(books)) == D(page.sums[key])


def test_the_foot_of_the_payments_is_the_sum_of_its_rows(books: World) -> None:
    page = page_of(books.session, payments(Scope(), EVERYTHING), EVERYTHING)

    assert total(row.amount_local for row in rows_of_payments(books)) == D(page.sums["amount_local"])


def test_the_cards_are_the_sums_of_the_lists_they_lead_to(books: World) -> None:
    entity = books.session.get_one(LegalEntity, books.entity)
    cards = dashboard.totals(books.session, entity, YEAR, TODAY)
    bills, money = rows_of_bills(books), rows_of_payments(books)
    open_bills = [row for row in bills if row.outstanding > 0]

    assert total(row.outstanding_local for row in open_bills) == cards.outstanding_local
    assert {row.currency: total(other.outstanding for other in open_bills if other.currency == row.currency)
            for row in open_bills} == {owed.currency: owed.amount for owed in cards.owed}  # fmt: skip
    assert total(row.outstanding_local for row in open_bills if row.due_date < TODAY) == cards.overdue_local
    assert sum(row.energy for row in bills) == cards.energy
    assert total(row.amount_local for row in money) == cards.received_local


def test_a_deposit_that_is_released_did_not_come_in_twice(books: World) -> None:
    page = page_of(books.session, payments(Scope(), EVERYTHING), EVERYTHING)

    assert D("5000.00") + D("17.31") - D("7.00") + D("50.00") + D("3.10") * D("0.9137") == D(page.sums["amount_local"])


def test_the_chart_of_the_months_is_the_sum_of_bills_and_payments(books: World) -> None:
    months = dashboard.billed_and_received(books.session, books.entity, date(2026, 1, 1), date(2026, 12, 1))

    assert total(row.total_local for row in rows_of_bills(books)) == total(billed for _, billed, _ in months)
    assert total(row.amount_local for row in rows_of_payments(books)) == total(received for *_, received in months)


def test_the_aged_items_are_the_open_bills_and_each_its_own_columns(books: World) -> None:
    bills = rows_of_bills(books)
    for aged in ageing(books.session, TODAY):
        of_account = [row for row in bills if row.account == aged.account]

        assert total(row.outstanding for row in of_account) == aged.total
        assert aged.total == aged.not_due + aged.days_30 + aged.days_60 + aged.days_90 + aged.older


def test_a_statement_is_the_bills_less_the_money_of_its_account(books: World) -> None:
    bills, money = rows_of_bills(books), rows_of_payments(books)
    aged = {one.account_id: one for one in ageing(books.session, TODAY)}
    for place, account in enumerate(books.accounts):
        number = f"A{place + 1}"
        said = statement(books.session, account, YEAR.start, TODAY)
        billed = total(row.total for row in bills if row.account == number)
        held = total(row.amount for row in money if row.account == number and row.kind == "deposit")
        received = total(row.amount for row in money if row.account == number and row.provider != "deposit")
        released = D("20.00") if place == 1 else D(0)

        assert said.closing == said.opening + total(movement.amount for movement in said.movements)
        assert said.closing == said.outstanding - said.credit
        assert (said.outstanding, said.credit) == (
            (aged[account].total, aged[account].credit) if account in aged else (D(0), D(0))
        )
        assert said.closing == billed - (received - held + released), number


@pytest.mark.parametrize("make", ["report", "export"])
def test_a_sheet_of_the_bills_has_its_rows_as_numbers_in_their_currency_s_places(books: World, make: str) -> None:
    bills = rows_of_bills(books)
    sheets: dict[str, Callable[[], bytes]] = {
        "report": lambda: report_sheet("bills", bills, TODAY, "en"),
        "export": lambda: invoice_spreadsheet(books.session, YEAR.start, YEAR.end, TODAY),
    }
    head, *lines = CalamineWorkbook.from_filelike(io.BytesIO(sheets[make]())).get_sheet_by_index(0).to_python()
    cells = [dict(zip(head, line, strict=True)) for line in lines]

    assert total(row.total for row in bills) == total(round(D(str(cell["BILL AMOUNT"])), 2) for cell in cells)
    assert total(as_decimal(row.energy) for row in bills) == total(
        round(D(str(cell["ENERGY kWh"])), 3) for cell in cells
    )
    assert total(as_decimal(row.volume) for row in bills) == total(
        round(D(str(cell["VOLUME m³"])), 3) for cell in cells
    )
    assert all(isinstance(cell["BILL AMOUNT"], float | int) for cell in cells)
