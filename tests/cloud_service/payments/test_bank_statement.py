from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.payments.bank_statement import read_statement
from common.errors import InputError
from tests.cloud_service.payments.camt import VERSIONS, Entry, Part, entry, statement

D = Decimal


def read(folder: Path, content: bytes) -> list[BankLine]:
    path = folder / "statement.xml"
    path.write_bytes(content)
    return read_statement(path)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_booking_becomes_a_line_with_all_that_the_payer_said(tmp_path: Path, version: str) -> None:
    (line,) = read(tmp_path, statement(entry("118.29", "Rechnung INV-2026-00001", reference="R1"), version=version))

    assert ("DE02120300000000202051", date(2026, 11, 9), D("118.29"), "EUR") == (
        line.account, line.booked_on, line.amount, line.currency,
    )  # fmt: skip
    assert ("Rechnung INV-2026-00001", "Jürgen Größmann", "GB82WEST12345698765432", "") == (
        line.remittance, line.payer, line.payer_iban, line.end_to_end_id,
    )  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_is_taken_apart_into_its_payments(tmp_path: Path, version: str) -> None:
    batch = Entry("30.00", [Part("10.00", "INV-2026-00001"), Part("20.00", "INV-2026-00002")], "R1")
    lines = read(tmp_path, statement(batch, version=version))

    assert [(D("10.00"), "INV-2026-00001"), (D("20.00"), "INV-2026-00002")] == [
        (line.amount, line.remittance) for line in lines
    ]
    assert 2 == len({line.reference for line in lines})


def test_a_batch_whose_parts_do_not_sum_to_it_stays_one_line_with_the_booked_amount(tmp_path: Path) -> None:
    lines = read(tmp_path, statement(Entry("30.00", [Part("10.00", "A"), Part("19.00", "B")], "R1")))

    assert [D("30.00")] == [line.amount for line in lines]


def test_money_that_went_out_is_negative_and_returns_are_marked(tmp_path: Path) -> None:
    out = entry("5.00", "fee", credit=False, reference="R1")
    back = entry("7.00", "return", reference="R2", reversal=True)
    reason = Entry("8.00", [Part("8.00", "return", reason="AC04")], "R3")
    lines = read(tmp_path, statement(out, back, reason))

    assert [(D("-5.00"), False), (D("7.00"), True), (D("8.00"), True)] == [
        (line.amount, line.reversal) for line in lines
    ]


def test_pending_bookings_wait_until_they_are_booked(tmp_path: Path) -> None:
    assert [] == read(tmp_path, statement(entry("5.00", "x", status="PDNG")))


def test_the_same_file_gives_the_same_references_even_without_the_bank_s(tmp_path: Path) -> None:
    content = statement(entry("5.00", "a"), entry("5.00", "b"))
    first, again = read(tmp_path, content), read(tmp_path, content)

    assert first == again
    assert 2 == len({line.reference for line in first})


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no bank statement"),
        (b"<Document><BkToCstmrStmt>", "not a whole XML file"),
        (b"<html></html>", "no bank statement"),
        (statement(entry("abc", "x")), "cannot be read"),
        (statement(entry("NaN", "x")), "no amount"),
        (statement(entry("-5.00", "x")), "no amount"),
        (statement(entry("5.00", "x", day="2026-13-45")), "cannot be read"),
        (statement(entry("5.00", "x"))[:-60], "not a whole XML file"),
    ],
)
def test_a_damaged_file_is_refused_whole(tmp_path: Path, content: bytes, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        read(tmp_path, content)


def test_a_file_that_reaches_for_another_gets_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top-secret")
    head = f'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY x SYSTEM "file://{secret}">]>'
    content = head.encode() + statement(entry("5.00", "XX")).partition(b"?>")[2].replace(b">XX<", b">&x;<")

    with pytest.raises(InputError, match="document type"):
        read(tmp_path, content)


@pytest.mark.slow
def test_a_year_of_bookings_is_read_in_seconds(tmp_path: Path) -> None:
    entries = [entry(f"{at % 900 + 1}.00", f"INV-2026-{at:05}", reference=f"R{at}") for at in range(10_000)]

    assert 10_000 == len(read(tmp_path, statement(*entries)))


@pytest.mark.parametrize(
    ("was", "put", "words"),
    [
        (b">5.00</Amt><CdtDbtInd>", b">five</Amt><CdtDbtInd>", "'five' is no amount"),
        (b"<Dt>2026-11-09</Dt>", b"<Dt>soon</Dt>", "Invalid isoformat string: 'soon'"),
        (b'<Amt Ccy="EUR">5.00</Amt><CdtDbtInd>', b"<CdtDbtInd>", "it has no amount"),
    ],
)
def test_a_booking_that_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, was: bytes, put: bytes, words: str
) -> None:
    before, found, after = statement(entry("7.00", "a"), entry("5.00", "b")).rpartition(was)
    assert found

    with pytest.raises(InputError) as refused:
        read(tmp_path, before + put + after)

    assert f"its booking no. 2 cannot be read: {words}" == refused.value.message
    assert "camt.053" in refused.value.hint
    assert refused.value.path.endswith("statement.xml")
