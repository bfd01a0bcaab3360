"""Tables as banks of many countries offer them: what came, when, in which currency, with what the payer wrote."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.payments.bank_statement import read_lines
from common.errors import InputError

IBAN = "DE02120300000000202051"
TABLES = Path(__file__).parent / "tables"
FIRST_ROWS = [  # bank, our account, amount, currency, remittance, payer
    ("de_dkb", "DE02120300000000202051", "1119.00", "EUR", "INV-7 E2E-9", "Jürgen Groß"),
    ("de_ing", "DE02120300000000202051", "119.00", "EUR", "INV-7", "Max Muster"),
    ("de_comdirect", "", "119.00", "EUR", "Auftraggeber: Max Buchungstext: INV-7", ""),
    ("de_commerzbank", "DE02120300000000202051", "119.00", "EUR", "Gutschrift INV-7 Max", ""),
    ("at_george", "", "119.00", "EUR", "INV-7", "Anna Huber"),
    ("ch_ubs", "CH9300762011623852957", "1119.00", "CHF", "Max Muster;8000 Zürich Gutschrift INV-7", ""),
    ("ch_postfinance", "CH9300762011623852957", "119.00", "CHF", "MITTEILUNGEN: INV-7", ""),
    ("ch_zkb", "", "119.00", "CHF", "INV-7", ""),
    ("nl_ing", "NL91ABNA0417164300", "119.00", "EUR", "INV-7", "J de Vries"),
    ("fr_credit_agricole", "", "1119.00", "EUR", "VIREMENT EN VOTRE FAVEUR INV-7", ""),
    ("fr_societe_generale", "", "119.00", "EUR", "VIR RECU MOTIF: INV-7", ""),
    ("uk_lloyds", "12345678", "119.00", "", "JONES INV-7", ""),
    ("uk_revolut", "", "119.00", "GBP", "Payment INV-7", ""),
    ("us_chase", "", "119.00", "", "CREDIT ORIG CO NAME:JONES INV-7", ""),
    ("us_mercury", "", "119.00", "", "Jones JONES INV-7 INV-7", ""),
    ("in_hdfc", "", "119000.00", "", "UPI-RAMESH-INV-7", ""),
    ("in_icici", "", "1190.00", "INR", "UPI/INV-7/ramesh@ok", ""),
    ("ke_mpesa", "", "1190.00", "KES", "Pay Bill from 2547 INV-7", "2547 - JANE"),
]


def read(table: str) -> list[BankLine]:
    return read_lines(BytesIO(table.encode()))


@pytest.mark.parametrize(("bank", "said"), [(row[0], row[1:]) for row in FIRST_ROWS])
def test_a_payment_is_read_with_all_that_the_table_says(bank: str, said: tuple[str, ...]) -> None:
    lines = read((TABLES / f"{bank}.csv").read_text("utf-8"))

    line = lines[0]
    assert date(2026, 11, 20) == line.booked_on
    assert said == (line.account, format(line.amount, "f"), line.currency, line.remittance, line.payer)
    assert all(line.amount < 0 for line in lines[1:])


def test_two_accounts_above_a_table_are_none() -> None:
    table = f"{IBAN};CH9300762011623852957\nDatum;Betrag;Text\n20.11.2026;1,00;x\n"

    assert [""] == [line.account for line in read(table)]


def test_a_table_without_heads_is_refused_with_what_is_needed() -> None:
    with pytest.raises(InputError, match="no bank statement in it") as caught:
        read("20/11/2026,CR JONES INV-7,119.00\n")
    assert "a head line with day and amount" in str(caught.value.hint)
