from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from cloud_service.domain.receivables.bank_line import StatementHead
from cloud_service.example.bank_statement import (
    ExampleBill,
    Transfer,
    bills_of,
    drafts_of,
    statement,
    statement_table,
    transfers_of,
    transfers_to_try,
)
from cloud_service.payments.bank_statement import read_lines
from common.period import Span, add_months

GRACE, BAKERY, CLINIC, SALON, CHURCH = (
    "Grace Otieno", "Riverside Bakery", "Hilltop Clinic", "Nyota Salon", "Tumaini Church",
)  # fmt: skip


def bill(client: str, day: date = date(2026, 11, 1), outstanding: str = "100.01", number: str = "INV-1") -> ExampleBill:
    return ExampleBill(number, client, day, "KES", Decimal("100.01"), Decimal(outstanding))


TODAY = date(2026, 11, 27)


def paid(bills: list[ExampleBill], first: date, months: int = 4) -> list[tuple[date, Decimal]]:
    return [
        (transfer.day, transfer.amount)
        for month in range(months)
        for transfer in transfers_of(bills, Span(add_months(first, month), add_months(first, month + 1)), TODAY)
    ]


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (GRACE, [(date(2026, 11, 6), Decimal("100.01"))]),
        (BAKERY, [(date(2026, 12, 4), Decimal("100.01"))]),
        (CLINIC, [(date(2026, 11, 10), Decimal("50.01")), (date(2027, 1, 10), Decimal("50.00"))]),
        (SALON, []),
        (CHURCH, []),
    ],
)
def test_each_client_pays_in_its_way(client: str, expected: list[tuple[date, Decimal]]) -> None:
    assert expected == paid([bill(client)], date(2026, 11, 1))


def test_the_church_has_not_paid_for_three_months() -> None:
    bills = [bill(CHURCH, date(2025, 11, 1)), bill(CHURCH, date(2026, 7, 1)), bill(CHURCH, date(2026, 8, 1))]

    assert [date(2025, 11, 13), date(2026, 7, 13)] == [day for day, _amount in paid(bills, date(2025, 11, 1), 14)]


def test_bills_are_read_as_the_command_lists_them_the_oldest_first() -> None:
    row = {"tenant": GRACE, "currency": "KES", "total": "100.01", "outstanding": "7.00"}
    listed = [
        row | {"number": "INV-2", "bill_date": "2026-11-01"},
        row | {"number": "INV-1", "bill_date": "2026-10-01"},
    ]

    assert [bill(GRACE, date(2026, 10, 1), "7.00"), bill(GRACE, number="INV-2", outstanding="7.00")] == bills_of(listed)


def test_drafts_are_read_as_the_command_shows_them_and_what_is_parked_has_no_amount() -> None:
    shown: list[dict[str, Any]] = [
        {"tenant": GRACE, "currency": "KES", "amount": "100.01"},
        {"tenant": BAKERY, "currency": None, "amount": None},
    ]

    assert [bill(GRACE, number="", outstanding="100.01")] == drafts_of(shown, date(2026, 11, 1))


def test_the_file_to_try_pays_some_of_what_is_open_and_has_one_whom_nobody_knows() -> None:
    bills = [
        bill(GRACE, outstanding="0.00"), bill(SALON), bill(BAKERY, number="INV-3"), bill(BAKERY, number="INV-4"),
        bill(CHURCH, number="INV-5"), bill(CHURCH, number="INV-6"), bill(CLINIC, outstanding="50.00", number="INV-7"),
    ]  # fmt: skip
    drafts = [bill(name, number="") for name in (GRACE, BAKERY, CLINIC, SALON, CHURCH)]

    transfers = transfers_to_try(bills, drafts, TODAY)

    assert len(transfers) == len({transfer.reference for transfer in transfers})
    assert {TODAY} == {transfer.day for transfer in transfers}
    assert [
        (BAKERY, "Invoice INV-3", Decimal("100.01")),
        (BAKERY, "Invoice INV-4", Decimal("100.01")),
        (CHURCH, "A-1005", Decimal("100.01")),
        (CLINIC, "Invoice INV-7", Decimal("50.00")),
        (GRACE, "A-1001", Decimal("100.01")),
        ("J. Wanjiru", "house 7 thank you", Decimal(4500)),
    ] == [(transfer.payer, transfer.text, transfer.amount) for transfer in transfers]


def test_the_file_is_a_statement_of_each_account_as_a_bank_sends_it() -> None:
    day = date(2026, 11, 6)
    transfers = [
        Transfer(day, Decimal("8.5"), "KES", "Müller & Größe", "Invoice INV-1", "ref-1"),
        Transfer(day, Decimal("7.25"), "EUR", "شركة النور للتجارة", "INV-2", "ref-2"),
    ]

    lines = read_lines(BytesIO(statement(transfers, "EX-2026-11")))

    assert [
        ("DE02120300000000202051", Decimal("7.25"), "EUR", "شركة النور للتجارة", "INV-2"),
        ("1134567890", Decimal("8.50"), "KES", "Müller & Größe", "Invoice INV-1"),
    ] == [(line.account, line.amount, line.currency, line.payer, line.remittance) for line in lines]
    assert {day} == {line.booked_on for line in lines}
    assert 2 == len({line.reference for line in lines})


def test_the_table_says_the_same_as_the_statement() -> None:
    drafts = [bill(GRACE), bill(BAKERY)]
    transfers = transfers_to_try([bill(CLINIC, number="INV-7")], drafts, TODAY)

    table = read_lines(BytesIO(statement_table(transfers).encode()))
    camt = read_lines(BytesIO(statement(transfers, "EX")))

    alone = [[replace(line, head=StatementHead(), value_day=None) for line in lines] for lines in (camt, table)]
    assert sorted(alone[0], key=lambda line: line.reference) == sorted(alone[1], key=lambda line: line.reference)


def test_a_month_without_transfers_is_a_statement_without_lines() -> None:
    assert [] == read_lines(BytesIO(statement([], "EX-2026-11")))
