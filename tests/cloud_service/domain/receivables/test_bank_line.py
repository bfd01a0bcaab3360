from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.payments.bank_statement import read_lines
from tests.cloud_service.payments.camt import entry, statement

LINE = BankLine(
    "DE02120300000000202051", "DE02120300000000202051:2026-11-09:R1", date(2026, 11, 9), Decimal("5.00"), "EUR"
)


def test_a_line_says_nothing_that_the_bank_did_not_say() -> None:
    assert ("", "", "", "", False) == (
        LINE.remittance, LINE.end_to_end_id, LINE.payer, LINE.payer_iban, LINE.reversal,
    )  # fmt: skip


def test_what_the_bank_said_is_never_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LINE.amount = Decimal(6)  # type: ignore[misc]  # what the test is about


def test_a_table_and_an_xml_of_the_same_booking_are_the_same_line() -> None:
    table = b"Account;Day;Amount;Currency;Text;Bank reference\nDE02120300000000202051;2026-11-09;5.00;EUR;rent;R1\n"
    (by_table,) = read_lines(BytesIO(table))
    (by_xml,) = read_lines(BytesIO(statement(entry("5.00", "rent", reference="R1"))))

    assert (by_xml.reference, by_xml.amount, by_xml.remittance) == (
        by_table.reference, by_table.amount, by_table.remittance,
    )  # fmt: skip
