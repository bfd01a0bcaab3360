from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.receivables import ledger
from cloud_service.domain.receivables.ledger import LedgerEntry, LedgerLine
from common.errors import InputError

D = Decimal


def entry(*lines: LedgerLine) -> LedgerEntry:
    return LedgerEntry(1, "invoice", "invoice:7", date(2026, 11, 2), "EUR", lines)


@pytest.mark.parametrize(
    "lines",
    [
        lambda: ledger.invoice_lines(4, 7, D(100), D(19)),
        lambda: ledger.credit_note_lines(4, D(-100), D(-19)),
        lambda: ledger.settlement_lines(4, 7, D(119)),
        lambda: ledger.payment_lines(4, D(119)),
        lambda: ledger.payment_lines(4, D(-50), "deposit"),
        lambda: ledger.write_off_lines(4, 7, D("0.01")),
    ],
)
def test_what_every_kind_of_booking_writes_balances(lines: Callable[[], tuple[LedgerLine, ...]]) -> None:
    assert D(0) == sum(line.amount for line in entry(*lines()).lines)


def test_an_invoice_is_owed_by_the_client_earned_by_us_and_the_tax_is_the_states() -> None:
    lines = ledger.invoice_lines(4, 7, D(100), D(19), "fees")

    assert [("receivable", D(119), 4, 7), ("fees", D(-100), None, None), ("tax", D(-19), None, None)] == [
        (line.kind, line.amount, line.account_id, line.invoice_id) for line in lines
    ]


def test_lines_of_zero_are_dropped() -> None:
    assert ["receivable", "revenue"] == [line.kind for line in entry(*ledger.invoice_lines(4, 7, D(100), D(0))).lines]


def test_an_entry_that_does_not_balance_is_refused() -> None:
    with pytest.raises(InputError, match="invoice:7 does not balance: 1 EUR too much"):
        entry(LedgerLine("cash", D(11)), LedgerLine("revenue", D(-10)))


@pytest.mark.parametrize(
    ("kind", "account_id", "message"),
    [("receivable", None, "needs client"), ("cash", 4, "has no client"), ("petty", None, "no account of the books")],
)
def test_a_line_names_a_client_where_its_ledger_account_is_of_one(kind: str, account_id: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        LedgerLine(kind, D(1), account_id)


def test_an_amount_that_is_no_decimal_is_refused() -> None:
    with pytest.raises(InputError, match="must be Decimal"):
        LedgerLine("cash", 1.5)  # type: ignore[arg-type] # what mypy would not see in a value of JSON
