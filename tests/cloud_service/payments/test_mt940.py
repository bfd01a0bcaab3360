"""MT940 as German, Dutch and other banks write it; one that is cut off is refused."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.payments.bank_statement import read_lines
from common.errors import InputError
from tests.cloud_service.payments.statements import IBAN, Told, swift

D = Decimal
DUTCH = """\
{1:F01INGBNL2ABXXX0000000000}{2:I940INGBNL2AXXXN}{4:
:20:P261120000000001
:25:NL69INGB0123456789EUR
:28C:00120
:60F:C261119EUR100,00
:61:2611201120C59,50NTRFEREF//26112000123456
/TRCD/00100/
:86:/EREF/E2E-77//CNTP/NL32INGB0000012345/INGBNL2A/J JANSEN///REMI/USTD//
INV-2026-00001/
:62F:C261120EUR159,50
-}
"""
UNSTRUCTURED = """\
:20:1
:25:37040044/0532013000
:28C:7/1
:60M:D261119EUR10,00
:61:261231C5,NMSCNONREF
:86:Payment of a client for the invoice with the number INV-2026-000
01, with thanks
:61:2701021231RC2,00NMSC109
:86:109?00RUECKLASTSCHRIFT?20SVWZ+RETOURE INV-2026-00002?21EREF+E2E-5?32Anna
:62M:D261231EUR7,00
-
"""


def read(content: str | bytes) -> list[BankLine]:
    return read_lines(BytesIO(content if isinstance(content, bytes) else content.encode()))


def test_a_german_statement_says_payer_text_and_day() -> None:
    (line,) = read(swift(Told("59.50", "Rechnung INV-2026-00001 November", reference="R-778812", payer="Größmann")))

    assert (IBAN, date(2026, 11, 20), D("59.50"), "EUR") == (
        line.account, line.booked_on, line.amount, line.currency,
    )  # fmt: skip
    assert ("Rechnung INV-2026-00001 November", "Größmann", ("bank:R-778812",)) == (
        line.remittance, line.payer, line.bank_names,
    )  # fmt: skip
    assert ("mt940", "00324/001", D(0), D("59.50")) == (
        line.head.form, line.head.name, line.head.opening, line.head.closing,
    )  # fmt: skip


def test_a_dutch_statement_s_tags_are_told_apart() -> None:
    (line,) = read(DUTCH)

    assert ("NL69INGB0123456789", "E2E-77", False) == (line.account, line.end_to_end_id.strip("/"), line.reversal)
    assert "INV-2026-00001" in line.remittance


def test_free_text_is_put_together_and_the_year_s_turn_is_right() -> None:
    first, second = read(UNSTRUCTURED)

    assert "INV-2026-00001, with thanks" in first.remittance
    assert (date(2026, 12, 31), D("5"), False) == (first.booked_on, first.amount, first.reversal)
    assert (date(2026, 12, 31), D("-2.00"), True) == (second.booked_on, second.amount, second.reversal)
    assert ("RETOURE INV-2026-00002", "E2E-5", "Anna") == (second.remittance, second.end_to_end_id, second.payer)


def test_a_file_with_several_statements_keeps_them_apart() -> None:
    one, other = Told("5.00", "a"), Told("6.00", "b")
    lines = read(swift(one, name="1") + swift(other, name="2", opening="5,00"))

    assert [("1", 0, D("5.00")), ("2", 1, D("6.00"))] == [
        (line.head.name, line.head.place, line.amount) for line in lines
    ]


def test_during_the_day_there_are_no_balances() -> None:
    (line,) = read(
        ":20:X\n:25:12030000/202051\n:28C:1\n:34F:EURC0,\n:13D:2611201200+0100\n:61:261120C5,00NTRFNONREF\n:86:rent\n-\n"
    )

    assert ("mt942", None, D("5.00"), "EUR") == (line.head.form, line.head.opening, line.amount, line.currency)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (swift(Told("59.50", "x")).partition(b":62F:")[0], "statement 00324/001 ends before its closing balance"),
        (swift(Told("59.50", "x")).replace(b":61:2611", b":61:26"), "a damaged MT940 statement"),
        (swift(Told("59.50", "x")).replace(b":61:261120", b":61:261340"), "a damaged MT940 statement"),
    ],
)
def test_a_damaged_statement_is_refused_whole(content: bytes, fault: str) -> None:
    with pytest.raises(InputError, match=fault) as refused:
        read(content)
    assert "MT940" in refused.value.hint


def test_a_text_that_names_a_file_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(":20:X\n:25:1\n:60F:C261119EUR0,00\n:61:261120C5,00NTRFNONREF\n")

    with pytest.raises(InputError):
        read(str(secret))


RETURNS = {
    "dutch": ":61:2611201120D122,50NRTIEREF//26324000123457\n/OCMT/EUR119,00//CHGS/EUR3,50/\n"
    ":86:/EREF/E2E-7//MARF/M-1//REMI/USTD//INV-2026-00002/\n",
    "reason": ":61:2611201120D122,50NMSCEREF//26324000123457\n/OCMT/EUR119,00/\n"
    ":86:/RTRN/MD06//EREF/E2E-7//MARF/M-1//REMI/USTD//INV-2026-00002/\n",
    "german": ":61:2611201120DR122,50NDDTNONREF//26324000123457\n:86:109?00RUECKLASTSCHRIFT?20EREF+E2E-7?21MREF+M-1"
    "?22OAMT+119,00?23SVWZ+INV-2026-00002\n",
}


@pytest.mark.parametrize("bank", RETURNS)
def test_a_returned_debit_is_marked_with_its_names_and_without_its_charges(bank: str) -> None:
    content = f":20:1\n:25:{IBAN}\n:28C:1\n:60F:C261119EUR500,00\n{RETURNS[bank]}:62F:C261120EUR377,50\n-\n"
    (line,) = read_lines(BytesIO(content.encode()))

    assert (True, D("-122.50"), D("119.00")) == (line.reversal, line.amount, line.returned_amount)
    assert ("E2E-7", "M-1") == (line.end_to_end_id, line.mandate)
