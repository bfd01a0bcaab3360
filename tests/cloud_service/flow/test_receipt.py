"""A receipt for each payment: made at any time, mailed once, true on its day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.flow import collect, deliver, receipt
from cloud_service.mail import Outbox
from cloud_service.store.database.session import transaction
from common.errors import ConflictError, InputError, NotFoundError
from tests.books.world import build
from tests.cloud_service.documents.papers import text_of
from tests.cloud_service.till import PAID, Till

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MAILS = text("SELECT count(*) FROM delivery WHERE kind = 'receipt'")
DELIVERIES = text("SELECT id FROM delivery WHERE kind = 'receipt' ORDER BY id")


@pytest.fixture
def till(session: Session) -> Till:
    return Till(build(session, tenants=1))


def mails_receipts(till: Till) -> None:
    till.session.execute(text("UPDATE legal_entity SET mails_receipts = true"))


def made(till: Till, payment_id: int) -> str:
    receipt.number(till.session, payment_id)
    return " ".join(text_of(receipt.receipt(till.session, payment_id, NOW).body).split())


def sent(till: Till, engine: Engine) -> Outbox:
    till.session.commit()
    outbox = Outbox()
    ids = list(till.session.scalars(DELIVERIES))
    deliver.deliver(lambda: transaction(engine), ids, outbox, lambda: NOW, public_url="")
    return outbox


def test_a_receipt_says_what_the_payment_paid_and_what_is_left(till: Till) -> None:
    first, second = till.bill("100.00"), till.bill("50.00", month=9)
    said = made(till, till.paid("150.00"))

    for phrase in (
        "RC-2026-00001", "€150.00", "5 Nov 2026", f"{first.number} 2 Nov 2026 €119.00 €0.00",
        f"{second.number} 2 Nov 2026 €31.00 €28.50", "Open on your account on 20 Nov 2026 €28.50",
    ):  # fmt: skip
        assert phrase in said, phrase
    assert "credit" not in said


def test_what_is_too_much_is_credit(till: Till) -> None:
    till.bill("100.00")

    said = made(till, till.paid("150.00"))
    assert "Kept as credit €31.00" in said
    assert "Credit on your account on 20 Nov 2026 €31.00" in said


def test_a_payment_that_was_taken_back_says_so(till: Till) -> None:
    bill = till.bill("100.00")
    payment = till.paid("119.00")
    collect.give_back(
        till.session, payment, Decimal("119.00"), reference="R", day=date(2026, 11, 9), author="t", kind="chargeback"
    )

    said = made(till, payment)
    assert "This payment went back: €119.00. What it had paid is open again." in said
    assert "Taken back by the bank on 9 Nov 2026 €119.00" in said
    assert bill.number not in said
    assert "Open on your account on 20 Nov 2026 €119.00" in said


def test_what_a_payment_had_paid_is_open_again_only_where_a_bill_is(till: Till) -> None:
    till.bill("100.00")
    payment, deposit = till.paid("150.00"), till.paid("80.00", "D", kind="deposit")
    collect.pay_out(till.session, till.account, Decimal("31.00"), reference="P", day=PAID, author="t")
    collect.give_back(till.session, deposit, Decimal("10.00"), reference="R1", day=PAID, author="t")

    assert "€31.00 of this payment went back. Invoice" in made(till, payment)
    assert "€10.00 of this payment went back. Paid back" in made(till, deposit)
    collect.give_back(till.session, payment, Decimal("20.00"), reference="R2", day=PAID, author="t")
    assert "€51.00 of this payment went back. What that part had paid is open again." in made(till, payment)
    till.paid("20.00", "2")
    assert "open again" not in made(till, payment)


def test_a_deposit_and_a_top_up_have_one_and_a_release_has_none(till: Till) -> None:
    deposit, top_up = till.paid("200.00", "D", kind="deposit"), till.paid("30.00", "T", kind="top_up")
    release = collect.release_deposit(till.session, deposit, Decimal("50.00"), day=PAID, author="t").payment_id

    assert "Became credit on 5 Nov 2026 €50.00 Held as a security deposit €150.00" in made(till, deposit)
    assert "Kept as credit €30.00" in made(till, top_up)
    assert release is not None
    with pytest.raises(NotFoundError, match="did not come in now"):
        receipt.number(till.session, release)


def test_money_that_went_back_has_none_of_its_own(till: Till) -> None:
    payment = till.paid("30.00")
    back = collect.give_back(till.session, payment, Decimal("30.00"), reference="R", day=PAID, author="t").payment_id

    assert back is not None
    with pytest.raises(NotFoundError, match="went back"):
        receipt.number(till.session, back)


def test_a_receipt_keeps_its_number(till: Till) -> None:
    first, second = till.paid("30.00", "1"), till.paid("40.00", "2")

    assert "RC-2026-00001" in made(till, second)
    assert "RC-2026-00002" in made(till, first)
    assert "RC-2026-00001" in made(till, second)


def test_receipts_are_mailed_by_themselves_where_the_company_says_so_and_once(till: Till, engine: Engine) -> None:
    till.bill("100.00")
    till.paid("10.00", "before")
    mails_receipts(till)
    payment = till.paid("50.00", "1")
    till.pay("50.00", "1")
    outbox = sent(till, engine)

    (letter,) = outbox.letters
    assert ("tenant1@example.com", "We received €50.00. Thank you!") == (letter.recipient, letter.subject)
    assert "RC-2026-00001" in text_of(letter.attachments[0].body)
    assert "RC-2026-00001.pdf" == letter.attachments[0].filename
    assert "bills@example.org" == letter.reply_to
    with pytest.raises(ConflictError, match=r"mailed to tenant1@example\.com already"):
        receipt.mail(till.session, payment, author="t")


@pytest.mark.parametrize(
    "wish",
    ["UPDATE account SET delivery = 'post'", "UPDATE client SET email = ''", "UPDATE client SET email = 'nobody'"],
)
def test_who_wants_no_mails_gets_none(till: Till, wish: str) -> None:
    mails_receipts(till)
    till.session.execute(text(wish))
    till.paid("50.00")

    assert 0 == till.session.scalar(MAILS)


def test_a_receipt_that_is_mailed_by_hand_goes_out_once(till: Till, engine: Engine) -> None:
    payment = till.paid("50.00")

    assert "tenant1@example.com" == receipt.mail(till.session, payment, author="t")
    with pytest.raises(ConflictError):
        receipt.mail(till.session, payment, author="t")
    assert 1 == len(sent(till, engine).letters)


def test_without_an_address_that_is_said(till: Till) -> None:
    payment = till.paid("50.00")
    till.session.execute(text("UPDATE client SET email = ''"))

    with pytest.raises(InputError, match="no e-mail address"):
        receipt.mail(till.session, payment, author="t")


def test_the_mail_says_that_the_payment_went_back_meanwhile(till: Till, engine: Engine) -> None:
    mails_receipts(till)
    payment = till.paid("50.00")
    collect.give_back(till.session, payment, Decimal("50.00"), reference="R", day=PAID, author="t")

    assert "This payment went back: €50.00" in sent(till, engine).letters[0].text
