"""Tables of banks: what is clear is read exactly, what could be read in two ways is refused."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.bank_line_likeness import Likeness, likeness
from cloud_service.payments.bank_csv import lines_of_table
from cloud_service.payments.bank_statement import read_lines
from common.errors import InputError

D = Decimal
SPARKASSE = """\
Auftragskonto;Buchungstag;Valutadatum;Buchungstext;Verwendungszweck;Kundenreferenz (End-to-End);\
Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;Betrag;Waehrung
DE02120300000000202051;27.11.26;27.11.26;GUTSCHRIFT;Rechnung INV-2026-00001;E2E-7;\
Müller & Größe;DE89370400440532013000;"1.118,29";EUR
DE02120300000000202051;26.11.26;26.11.26;ENTGELT;Konto;;;;-4,90;EUR
"""
BRITISH = """\
Account statement of 30 Nov 2026

Date,Description,Reference,Paid out,Paid in,Balance
27/11/2026,J SMITH,INV-2026-00001,,"1,118.29","2,000.00"
01/12/2026,BANK FEE,,4.90,,"1,995.10"
Closing balance,,,,,"1,995.10"
"""
MPESA = """\
Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance
SKR1,2026-11-27 10:22:11,Pay Bill from 254700 - GRACE OTIENO Acc. A-1001,Completed,8086.84,,9000.00
SKR1,2026-11-27 10:22:11,Pay Bill Charge,Completed,,-20.00,8980.00
"""


def table(*rows: str, head: str = "Day;Amount;Text;Currency") -> list[BankLine]:
    return read_lines(BytesIO("\n".join([head, *rows]).encode()))


def said(lines: list[BankLine]) -> list[tuple[date, Decimal, str, str, str]]:
    return [(line.booked_on, line.amount, line.currency, line.payer, line.remittance) for line in lines]


def test_a_german_bank_s_table() -> None:
    lines = lines_of_table(SPARKASSE.encode("cp1252"))

    assert [
        (date(2026, 11, 27), D("1118.29"), "EUR", "Müller & Größe", "Rechnung INV-2026-00001 E2E-7"),
        (date(2026, 11, 26), D("-4.90"), "EUR", "", "Konto"),
    ] == said(lines)
    assert ("DE02120300000000202051", "DE89370400440532013000") == (lines[0].account, lines[0].payer_iban)


def test_a_british_bank_s_table_with_money_in_two_columns_below_a_preamble() -> None:
    assert [
        (date(2026, 11, 27), D("1118.29"), "", "", "J SMITH INV-2026-00001"),
        (date(2026, 12, 1), D("-4.90"), "", "", "BANK FEE"),
    ] == said(lines_of_table(BRITISH.encode()))


def test_mobile_money_by_its_receipts_one_of_which_has_a_charge() -> None:
    lines = read_lines(BytesIO(MPESA.encode()))

    assert [D("8086.84"), D("-20.00")] == [line.amount for line in lines]
    assert [":2026-11-27:SKR1", ":2026-11-27:SKR1-2"] == [line.reference for line in lines]
    assert "Acc. A-1001" in lines[0].remittance


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_a_table_where_it_is_no_xml(encoding: str) -> None:
    (line,) = read_lines(BytesIO("Day;Amount;Payer\n2026-11-27;5.00;Größe\n".encode(encoding)))

    assert "Größe" == line.payer


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-07", date(2026, 11, 7)),
        ("2026/11/07", date(2026, 11, 7)),
        ("07.11.2026", date(2026, 11, 7)),
        ("7.11.26", date(2026, 11, 7)),
        ("07-Nov-2026", date(2026, 11, 7)),
        ("7 November 2026", date(2026, 11, 7)),
        ("2026-11-07T10:00:00", date(2026, 11, 7)),
    ],
)
def test_days_in_their_forms(cell: str, day: date) -> None:
    assert [day] == [line.booked_on for line in table(f"{cell};1.00;x;EUR")]


def test_days_with_slashes_are_read_as_one_of_them_tells() -> None:
    assert [date(2026, 3, 4), date(2026, 11, 30)] == [
        line.booked_on for line in table("03/04/2026;1.00;x;USD", "11/30/2026;1.00;y;USD")
    ]
    assert [date(2026, 4, 3), date(2026, 11, 30)] == [
        line.booked_on for line in table("03/04/2026;1.00;x;EUR", "30/11/2026;1.00;y;EUR")
    ]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("1 234,56", "1234.56"), ("1'234.56", "1234.56"),
        ("-12.50", "-12.50"), ("12,50-", "-12.50"), ("(12.50)", "-12.50"), ("+12.5", "12.5"), ("12", "12"),
        ("EUR 12.50", "12.50"), ("1,234,567.89", "1234567.89"),
    ],
)  # fmt: skip
def test_amounts_in_their_forms(cell: str, amount: str) -> None:
    assert [D(amount)] == [line.amount for line in table(f"2026-11-27;{cell};x;EUR")]


def test_a_column_says_what_went_out_and_a_cell_its_currency() -> None:
    lines = table("2026-11-27;12,50;S", "2026-11-27;KES 12,50;H", head="Datum;Betrag;Soll/Haben")

    assert [(D("-12.50"), ""), (D("12.50"), "KES")] == [(line.amount, line.currency) for line in lines]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (["03/04/2026;1.00;x;EUR"], "03/04/2026 may be two days"),
        (["13/25/2026;1.00;x;EUR"], "13/25/2026 may be two days"),
        (["2026-02-30;1.00;x;EUR"], "row 2: '2026-02-30' is no day"),
        (["2026-11-27;1.00;x;EUR", "tomorrow 5;1.00;x;EUR"], "row 3: 'tomorrow 5' is no day"),
        (["2026-11-27;1.234;x;EUR"], "'1.234' may be two amounts"),
        (["2026-11-27;1,50;x;EUR", "2026-11-27;1.50;x;EUR"], "may be two amounts"),
        (["2026-11-27;abc;x;EUR"], "row 2: 'abc' is no amount"),
        ([f"2026-11-27;{'1' * 60};x;EUR"], "is no amount"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(rows: list[str], why: str) -> None:
    with pytest.raises(InputError, match=why.replace("(", r"\(")):
        table(*rows)


@pytest.mark.parametrize("content", [b"", b"Hello", b"Name;Amount\nx;5.00\n", b"Day;Text\n2026-11-27;x\n", b"\x81\x8d"])
def test_a_table_without_day_or_amount_is_no_statement(content: bytes) -> None:
    with pytest.raises(InputError):
        lines_of_table(content)


def test_the_same_file_gives_the_same_names_and_the_same_row_twice_is_two_payments() -> None:
    rows = ["2026-11-27;5.00;rent;EUR"] * 2
    names = [line.reference for line in table(*rows)]

    assert names == [line.reference for line in table(*rows)]
    assert 2 == len(set(names))


def test_sums_and_rows_without_an_amount_are_no_movements() -> None:
    assert 1 == len(table("2026-11-27;5.00;x;EUR", "Total;5.00;;", ";;;", "2026-11-27;;note;EUR"))


def test_what_is_not_booked_yet_waits_until_it_is() -> None:
    lines = table(
        "2026-11-27;5.00;rent;EUR;Umsatz vorgemerkt", "2026-11-27;6.00;rent;EUR;Umsatz gebucht",
        "2026-11-27;7.00;rent;EUR;Pending", head="Day;Amount;Text;Currency;Info",
    )  # fmt: skip

    assert [D("6.00")] == [line.amount for line in lines]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Day;Amount;Text;Buchungstext", "2026-11-20;-122.50;INV-7;RUECKLASTSCHRIFT"),
        ("Day;Amount;Text;Reden retour", "2026-11-20;-122.50;INV-7;MD06"),
        ("Date;Amount;Description;Type", "2026-11-20;-122.50;JONES;ACH_RETURN"),
        ("Date;Amount;Description;Memo", "2026-11-20;-122.50;UNPAID DD JONES;"),
        ("Date;Amount;Details", "2026-11-20;-122.50;Pay Bill Reversal from 2547"),
        ("Date;Montant;Libellé", "2026-11-20;-122.50;REJET DE PRLV"),
    ],
)
def test_a_payment_that_went_back_is_marked_however_the_bank_says_it(head: str, row: str) -> None:
    (line,) = table(row, head=head)

    assert (True, D("-122.50")) == (line.reversal, line.amount)


def test_money_that_goes_out_for_something_else_is_no_return() -> None:
    (line,) = table("2026-11-20;-50.00;tax return of November;EUR")

    assert not line.reversal


def test_a_returned_debit_has_its_mandate_and_what_it_had_been_without_the_charges() -> None:
    head = "Buchungstag;Buchungstext;Verwendungszweck;Mandatsreferenz;Lastschrift Ursprungsbetrag;Betrag;Waehrung"
    (line,) = table("20.11.26;RUECKLASTSCHRIFT;INV-7;M-1;119,00;-122,50;EUR", head=head)

    assert ("M-1", D("119.00")) == (line.mandate, line.returned_amount)


def test_a_reversal_of_mobile_money_names_the_receipt_that_it_takes_back() -> None:
    head = "Receipt No.,Completion Time,Details,Paid In,Withdrawn,Linked Transaction ID"
    (line,) = table("SKL9XYZ,2026-11-20 10:06:00,Pay Bill Reversal,,-1190.00,SKL1ABC", head=head)

    assert ("bank:SKL1ABC",) == line.returned_names


@pytest.mark.parametrize("days", [("11-20-2026", "11-05-2026"), ("11/20/2026", "11/05/2026")])
def test_days_whose_month_comes_first_are_read_as_one_of_them_tells(days: tuple[str, str]) -> None:
    lines = table(*(f"{day};5.00;x;USD" for day in days))

    assert [date(2026, 11, 20), date(2026, 11, 5)] == [line.booked_on for line in lines]


def test_two_tables_that_tell_of_one_booking_by_other_columns_are_left_for_a_person() -> None:
    (short,) = table("2026-11-20;119.00;Miete", head="Date;Amount;Text")
    (long,) = table("2026-11-20;119.00;Miete;A-7", head="Date;Amount;Text;Reference")

    assert Likeness.DOUBTFUL is likeness(long, short)
