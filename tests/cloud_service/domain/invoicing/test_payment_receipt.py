"""What a receipt says of money that was not used up."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from cloud_service.domain.invoicing.payment_receipt import PaidBill, PaymentReceipt, TakenBack

D = Decimal
DAY = date(2026, 11, 5)


def receipt(**changes: Any) -> PaymentReceipt:
    """Of 150 EUR by the bank; by default they paid one bill and a part of another."""
    bills = (
        PaidBill("INV-1", date(2026, 11, 2), D("118.29"), D(0)),
        PaidBill("INV-2", date(2026, 12, 2), D("20.00"), D("98.29")),
    )
    fields: dict[str, Any] = {
        "number": "RC-2026-00001", "day": DAY, "kind": "payment", "provider": "bank", "reference": "B-7",
        "amount": D("150.00"), "currency": "EUR", "account": "A-1", "bills": bills, "taken_back": (),
        "owed": D("98.29"), "credit": D("11.71"), "as_of": date(2026, 12, 5),
        "seller": Seller(name="Nordlicht", address="Hafen 1\n20457 Hamburg", country="DE"),
        "buyer": Buyer(name="Erika Muster", address="Weg 2\n80331 München", country="DE", locale="de", number="K-7"),
    }  # fmt: skip
    return PaymentReceipt(**fields | changes)


def test_what_paid_no_bill_is_kept() -> None:
    assert D("11.71") == receipt().kept


def test_what_went_back_is_kept_no_more() -> None:
    gone = receipt(bills=(), taken_back=(TakenBack(DAY, "refund", D("150.00")),))

    assert (D(0), D("150.00")) == (gone.kept, gone.gone)


def test_a_deposit_that_became_credit_did_not_go_back() -> None:
    deposit = receipt(kind="deposit", bills=(), taken_back=(TakenBack(DAY, "release", D("40.00")),))

    assert (D("110.00"), D(0)) == (deposit.kept, deposit.gone)
