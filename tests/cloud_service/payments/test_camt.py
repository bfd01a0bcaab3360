"""What ISO 20022 has places for is read from all of them, in all three kinds of report."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.payments.bank_statement import read_lines
from common.errors import InputError
from tests.cloud_service.payments.statements import IBAN, Told, camt

D = Decimal
RENT = Told("59.50", "INV-2026-00001", reference="2026112000123456")
IN_PARTS = (
    "<TxDtls><Refs><AcctSvcrRef>2026112000123456</AcctSvcrRef></Refs><Amt Ccy='EUR'>20.00</Amt></TxDtls>"
    "<TxDtls><Refs><AcctSvcrRef>2026112000123456</AcctSvcrRef></Refs><Amt Ccy='EUR'>39.50</Amt></TxDtls>"
)


def read(content: bytes) -> list[BankLine]:
    return read_lines(BytesIO(content))


def changed(was: str, becomes: str, *bookings: Told) -> list[BankLine]:
    content = camt(*bookings or (RENT,)).decode()
    assert was in content
    return read(content.replace(was, becomes).encode())


@pytest.mark.parametrize("form", ["camt.052", "camt.053", "camt.054"])
def test_each_kind_of_report_says_which_account_it_is_of(form: str) -> None:
    (line,) = read(camt(RENT, form=form, name="77", days=("2026-11-20", "2026-11-21"), balances=("1.00", "60.50")))

    assert (IBAN, form, "77") == (line.account, line.head.form, line.head.name)
    assert (date(2026, 11, 20), date(2026, 11, 21)) == (line.head.first_day, line.head.last_day)
    assert (D("1.00"), D("60.50")) == (line.head.opening, line.head.closing)


@pytest.mark.parametrize(
    "place",
    [
        "<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>INV-2026-00007</Nb></RfrdDocInf></Strd>",
        "<Strd><AddtlRmtInf>INV-2026-00007</AddtlRmtInf></Strd>",
        "<Strd><CdtrRefInf><Ref>INV-2026-00007</Ref></CdtrRefInf></Strd>",
        "<Ustrd>bill</Ustrd><Strd><RfrdDocInf><Nb>INV-2026-00007</Nb></RfrdDocInf></Strd>",
    ],
)
def test_the_number_of_an_invoice_is_read_wherever_the_payer_s_bank_puts_it(place: str) -> None:
    (line,) = changed("<Ustrd>INV-2026-00001</Ustrd>", place)

    assert line.remittance.endswith("INV-2026-00007")


def test_without_remittance_the_bank_s_own_words_are_read() -> None:
    (line,) = changed("<RmtInf><Ustrd>INV-2026-00001</Ustrd></RmtInf>", "<AddtlTxInf>by INV-2026-00007</AddtlTxInf>")

    assert "by INV-2026-00007" == line.remittance


def test_a_booking_without_a_day_has_that_of_its_details_or_else_of_its_statement() -> None:
    undated = camt(replace(RENT, dated=False))
    dates = b"<RltdDts><AccptncDtTm>2026-11-19T10:00:00</AccptncDtTm></RltdDts>"
    with_detail = undated.replace(b"</RltdPties>", b"</RltdPties>" + dates)
    in_period = camt(replace(RENT, dated=False), days=("2026-11-18", "2026-11-18"))

    assert [(date(2026, 11, 21), False), (date(2026, 11, 19), True), (date(2026, 11, 18), False)] == [
        (line.booked_on, line.is_dated) for content in (undated, with_detail, in_period) for line in read(content)
    ]


def test_a_booking_that_has_no_day_at_all_is_named() -> None:
    with pytest.raises(InputError, match=r"its booking no\. 1 cannot be read: neither it nor its statement has a day"):
        read(camt(replace(RENT, dated=False), written=""))


@pytest.mark.parametrize(
    "mark",
    [
        "<RvslInd>true</RvslInd>", "<RvslInd>1</RvslInd>",
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>",
        "<BkTxCd><Prtry><Cd>NRTI+109+931</Cd><Issr>DK</Issr></Prtry></BkTxCd>",
    ],
)  # fmt: skip
def test_a_payment_that_went_back_is_marked_however_the_bank_says_it(mark: str) -> None:
    (line,) = read(camt(replace(RENT, amount="-59.50", extra=mark)))

    assert (D("-59.50"), True) == (line.amount, line.reversal)


def test_a_reason_of_return_without_a_code_is_one() -> None:
    (line,) = changed("</RmtInf>", "</RmtInf><RtrInf><AddtlInf>account closed</AddtlInf></RtrInf>")

    assert line.reversal


def test_parts_of_a_batch_have_no_part_in_its_reference() -> None:
    content = camt(RENT).decode()
    start, end = content.index("<TxDtls>"), content.index("</NtryDtls>")
    lines = read((content[:start] + IN_PARTS + content[end:]).encode())

    assert [(D("20.00"), (), D("59.50")), (D("39.50"), (), D("59.50"))] == [
        (line.amount, line.bank_names, line.batch_total) for line in lines
    ]


def test_parts_that_went_the_other_way_count_against_the_batch() -> None:
    content = camt(RENT).decode()
    start, end = content.index("<TxDtls>"), content.index("</NtryDtls>")
    parts = (
        "<TxDtls><Amt Ccy='EUR'>70.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
        "<TxDtls><Amt Ccy='EUR'>10.50</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>"
    )

    assert [D("70.00"), D("-10.50")] == [
        line.amount for line in read((content[:start] + parts + content[end:]).encode())
    ]


@pytest.mark.parametrize("status", ["PDNG", "INFO"])
def test_what_is_not_booked_yet_is_no_line_in_any_version(status: str) -> None:
    later = replace(RENT, status=status)

    assert ["59.50"] == [f"{line.amount}" for line in read(camt(later, RENT))]
    assert [] == changed(f"<Sts><Cd>{status}</Cd></Sts>", f"<Sts>{status}</Sts>", later)


@pytest.mark.parametrize(("currency", "last"), [("EUR", "39.49"), ("USD", "39.50")])
def test_parts_that_do_not_make_up_the_booking_leave_it_whole(currency: str, last: str) -> None:
    content = camt(RENT).decode()
    start, end = content.index("<TxDtls>"), content.index("</NtryDtls>")
    parts = "".join(f"<TxDtls><Amt Ccy='{currency}'>{part}</Amt></TxDtls>" for part in ("20.00", last))
    (line,) = read((content[:start] + parts + content[end:]).encode())

    assert (D("59.50"), "EUR", None) == (line.amount, line.currency, line.batch_total)


def test_a_balance_below_zero_is_one() -> None:
    content = camt(RENT, balances=("58.50", "1.00")).decode()
    overdrawn = content.replace("<CdtDbtInd>CRDT</CdtDbtInd></Bal>", "<CdtDbtInd>DBIT</CdtDbtInd></Bal>", 1)
    (line,) = read(overdrawn.encode())

    assert (D("-58.50"), D("1.00")) == (line.head.opening, line.head.closing)


@pytest.mark.parametrize("amount", ["1_000", "1e3", "Infinity", "٣", "1,5", ""])
def test_what_the_standard_does_not_call_an_amount_is_refused(amount: str) -> None:
    with pytest.raises(InputError, match="is no amount"):
        changed(">59.50</Amt>", f">{amount}</Amt>")
