from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.flow import collect
from cloud_service.flow.issue import issue
from cloud_service.flow.match_transfers import lines_of, match_lines
from cloud_service.flow.match_transfers.matching import BOOKED, OUT, UNDIVIDED
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError
from tests.books.operations import rated
from tests.books.world import World, build
from tests.cloud_service.payments.camt import Entry, entry, statement

D = Decimal


@pytest.fixture
def world(session: Session) -> World:
    """A client who owes INV-2026-00001 over 119.00."""
    world = build(session, tenants=1)
    contract = rated(world.contracts[0], world.accounts[0], date(2026, 10, 1), D(100))
    issue(session, [contract], bill_date=date(2026, 11, 2), author="t")
    return world


def outcomes(world: World, *entries: Entry) -> list[tuple[str, str]]:
    """(outcome, reason or rule) of each line of a statement."""
    lines = match_lines(world.session, lines_of(BytesIO(statement(*entries))))
    return [(line.outcome, line.match.rule if line.match else line.reason) for line in lines]


def test_a_transfer_is_for_the_invoice_it_names(world: World) -> None:
    assert [("certain", "number and amount")] == outcomes(world, entry("119.00", "INV-2026-00001"))


def test_of_two_transfers_for_one_invoice_the_second_is_left_for_a_person(world: World) -> None:
    assert [
        ("certain", "number and amount"), ("left", "an earlier line of the file pays the same invoice"),
    ] == outcomes(
        world, entry("119.00", "INV-2026-00001", reference="1"), entry("119.00", "INV-2026-00001", reference="2")
    )  # fmt: skip


def test_a_transfer_that_names_nothing_is_left_for_a_person(world: World) -> None:
    lines = list(match_lines(world.session, lines_of(BytesIO(statement(entry("119.00", "thank you"))))))

    assert [("left", True)] == [(line.outcome, line.by_hand) for line in lines]


def test_money_that_went_out_or_came_back_is_not_matched(world: World) -> None:
    out = entry("50.00", "rent", credit=False, reference="1")
    returned = entry("119.00", "INV-2026-00001", reversal=True, reference="2")

    assert [("passed", OUT), ("left", "a returned payment")] == outcomes(world, out, returned)


def test_a_line_that_is_booked_already_is_passed_over(world: World) -> None:
    transfer = entry("119.00", "INV-2026-00001")
    (line,) = lines_of(BytesIO(statement(transfer)))
    collect.pay(
        world.session, world.accounts[0], line.amount, provider="bank", reference=line.reference, day=line.booked_on,
        author="t",
    )  # fmt: skip

    assert [("passed", BOOKED)] == outcomes(world, transfer)


def test_a_statement_of_another_entitys_bank_account_is_refused_before_anything_is_read(world: World) -> None:
    lines = lines_of(BytesIO(statement(entry("119.00", "INV-2026-00001"))))

    with pytest.raises(ConflictError, match="is not a bank account that you may book"):
        list(match_lines(world.session, lines, Scope(frozenset({world.entity + 1}))))


def test_a_file_that_is_no_statement_is_refused() -> None:
    with pytest.raises(InputError, match="no bank statement in it"):
        lines_of(BytesIO(b"day;text\n"))


def table(*rows: str) -> list[BankLine]:
    return lines_of(BytesIO("\n".join(["Day;Amount;Text", *rows]).encode()))


def test_a_table_without_a_currency_is_in_that_of_the_bank_account(world: World) -> None:
    (line,) = match_lines(world.session, table("2026-11-09;119.00;INV-2026-00001"))

    assert ("EUR", "certain") == (line.line.currency, line.outcome)


def test_a_table_without_a_currency_is_refused_where_it_could_be_two(world: World) -> None:
    world.session.execute(
        text("""INSERT INTO bank_account (legal_entity_id, holder, iban, currency)
                SELECT id, 'X', 'GB82WEST12345698765432', 'GBP' FROM legal_entity""")
    )

    with pytest.raises(ConflictError, match="does not say its currency") as refused:
        list(match_lines(world.session, table("2026-11-09;119.00;INV-2026-00001")))
    assert "add a column Currency: you have accounts in EUR, GBP" == refused.value.hint


def test_a_booking_of_several_payments_is_not_given_to_the_one_that_it_names(world: World) -> None:
    batch = b"<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>"
    file = statement(entry("357.00", "INV-2026-00001")).replace(b"<NtryDtls>", batch)
    (line,) = match_lines(world.session, lines_of(BytesIO(file)))

    assert ("left", UNDIVIDED) == (line.outcome, line.reason)
    whole = statement(entry("119.00", "INV-2026-00001")).replace(b"<NtryDtls>", batch)
    assert ["certain"] == [line.outcome for line in match_lines(world.session, lines_of(BytesIO(whole)))]
