"""What a booking of ISO 20022 says of the payments in it: how many, in which direction, and which came back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from common.errors import InputError
from tests.cloud_service.payments.statements import camt
from tests.cloud_service.payments.test_camt import RENT, changed, read

D = Decimal
WHOLE = "<TxDtls><Amt Ccy='EUR'>20.00</Amt><RmtInf><Ustrd>INV-2026-00001</Ustrd></RmtInf></TxDtls>"


@pytest.mark.parametrize(
    ("details", "payments"),
    [
        (f"<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>{WHOLE}</NtryDtls>", 3),
        ("<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch></NtryDtls>", 3),
        (f"<NtryDtls>{WHOLE}</NtryDtls>", 2),  # the rest is somebody else's
        (f"<NtryDtls>{WHOLE}{WHOLE}</NtryDtls>", 2),  # 40.00 of 59.50
        (f"<NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch>{WHOLE.replace('20.00', '61.00')}</NtryDtls>", 1),  # charges
    ],
)
def test_a_booking_that_the_file_does_not_take_apart_says_how_many_payments_it_holds(
    details: str, payments: int
) -> None:
    content = camt(RENT).decode()
    (line,) = read(f"{content.partition('<NtryDtls>')[0]}{details}{content.partition('</NtryDtls>')[2]}".encode())

    assert (D("59.50"), payments) == (line.amount, line.payments)


def test_a_booking_that_does_not_say_its_direction_is_refused() -> None:
    with pytest.raises(InputError, match="whether money came in or went out"):
        changed("<CdtDbtInd>CRDT</CdtDbtInd>", "")


def test_what_a_bank_calls_pending_in_its_own_words_is_not_booked() -> None:
    assert [] == changed("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>PENDING</Prtry></Sts>")


@pytest.mark.parametrize(
    "details",
    [
        "<AmtDtls><InstdAmt><Amt Ccy='EUR'>56.00</Amt></InstdAmt></AmtDtls>",
        "<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>3.50</TtlChrgsAndTaxAmt></Chrgs>",
        "<Chrgs><Rcrd><Amt Ccy='EUR'>2.00</Amt></Rcrd><Rcrd><Amt Ccy='EUR'>1.50</Amt></Rcrd></Chrgs>",
    ],
)
def test_a_returned_payment_is_told_from_the_charges_of_its_return(details: str) -> None:
    back = replace(RENT, amount="-59.50", extra="<RvslInd>true</RvslInd>")
    (line,) = changed("</RmtInf>", f"</RmtInf>{details}", back)
    (plain,) = read(camt(back))

    assert (D("56.00"), None) == (line.returned_amount, plain.returned_amount)


def test_the_mandate_of_a_debit_is_read() -> None:
    (line,) = changed("</EndToEndId>", "</EndToEndId><MndtId>M-7</MndtId>")

    assert "M-7" == line.mandate
