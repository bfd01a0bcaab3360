"""A receipt on paper: what came in, what it paid, what came back of it, and how the account stands."""

from decimal import Decimal
from typing import Any

from cloud_service.documents.from_invoice import bank_of, parties_of, reader_of
from cloud_service.documents.letterhead import letterhead
from cloud_service.documents.statement_pdf import way_text
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.documents.typesetter import typeset
from cloud_service.domain.invoicing.payment_receipt import PaidBill, PaymentReceipt


def render(receipt: PaymentReceipt, theme: Theme) -> bytes:
    """The printed receipt; equal receipts and themes give equal bytes."""
    return typeset("receipt.typ", receipt_view(receipt, theme), receipt.as_of)


def receipt_view(receipt: PaymentReceipt, theme: Theme) -> dict[str, Any]:
    """All that the template prints."""
    localizer = localizer_for(reader_of(receipt.buyer, receipt.seller))
    title, amount = localizer.label("title.receipt"), localizer.money(receipt.amount, receipt.currency)
    seller, buyer = parties_of(receipt.seller, receipt.buyer)
    bank = bank_of(receipt.seller, receipt.currency)
    return {
        **letterhead(seller, buyer, bank, theme, localizer),
        "title": title,
        "heading": title,
        "number": receipt.number,
        "continued": f"{title} {receipt.number}",
        "meta": [{"label": label, "value": value} for label, value in _meta(receipt, localizer) if value],
        "hello": localizer.label("mail.hello", name=receipt.buyer.name),
        "sentence": localizer.label("receipt.text", amount=amount, date=localizer.day(receipt.day)),
        "taken_back": taken_back_note(receipt, localizer),
        "head": [
            localizer.label(name) for name in ("reminder.number", "reminder.issued", "receipt.paid", "reminder.open")
        ],
        "rows": [_row(bill, receipt.currency, localizer) for bill in receipt.bills],
        "rest": rest_rows(receipt, localizer),
        "total": {"label": localizer.label("receipt.total"), "value": amount},
        "position": position_rows(receipt, localizer),
        "regards": localizer.label("mail.regards"),
    }


def _row(bill: PaidBill, currency: str, localizer: Localizer) -> list[str]:
    amounts = (localizer.money(amount, currency) for amount in (bill.paid, bill.left))
    return [bill.number, localizer.day(bill.bill_date), *amounts]


def taken_back_note(receipt: PaymentReceipt, localizer: Localizer) -> str:
    """That the payment, or a part of it, went back, and that bills are open by it; empty where nothing did."""
    if not receipt.gone:
        return ""
    gone = localizer.money(receipt.gone, receipt.currency)
    share = "whole" if receipt.gone >= receipt.amount else "part"
    note = localizer.label(f"receipt.{share}_note", amount=gone)
    return f"{note} {localizer.label(f'receipt.{share}_reopened')}" if receipt.reopened else note


def rest_rows(receipt: PaymentReceipt, localizer: Localizer) -> list[tuple[str, str]]:
    """What of the payment paid no bill: what went back, and what is credit or a deposit that is still held."""
    rows = [
        (localizer.label(f"receipt.{share.kind}", date=localizer.day(share.day)), share.amount)
        for share in receipt.taken_back
    ]
    if receipt.kept:
        rows.append(
            (localizer.label("receipt.deposit" if receipt.kind == "deposit" else "receipt.credit"), receipt.kept)
        )
    return [(label, localizer.money(amount, receipt.currency)) for label, amount in rows]


def position_rows(receipt: PaymentReceipt, localizer: Localizer) -> list[tuple[str, str]]:
    """What the account owes and has on the day of the receipt."""
    day = localizer.day(receipt.as_of)
    amounts = [("receipt.account_owes", receipt.owed)]
    if receipt.credit > 0:
        amounts.append(("receipt.account_credit", receipt.credit))
    return [
        (localizer.label(key, date=day), localizer.money(max(amount, Decimal(0)), receipt.currency))
        for key, amount in amounts
    ]


def _meta(receipt: PaymentReceipt, localizer: Localizer) -> list[tuple[str, str]]:
    return [
        (localizer.label("receipt.number"), receipt.number),
        (localizer.label("meta.bill_date"), localizer.day(receipt.as_of)),
        (localizer.label("receipt.day"), localizer.day(receipt.day)),
        (localizer.label("receipt.way"), way_text(receipt.provider, receipt.reference, localizer)),
        (localizer.label("meta.client"), receipt.buyer.number or ""),
        (localizer.label("meta.account"), receipt.account),
    ]
