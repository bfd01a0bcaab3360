"""A reminder on paper: the bills with what each still owes, the fee, how to pay, in the words of its step."""

from decimal import Decimal
from typing import Any

from cloud_service.documents.from_invoice import bank_of, parties_of, reader_of
from cloud_service.documents.letterhead import letterhead
from cloud_service.documents.paper import Bank
from cloud_service.documents.payment_code import epc_fits, epc_svg, link_svg
from cloud_service.documents.payment_section import transfer_rows
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.documents.typesetter import typeset
from cloud_service.domain.invoicing.reminder_letter import RemindedBill, ReminderLetter

WORDINGS = {"second": "second_reminder", "final": "final_notice"}


def wording_of(name: str) -> str:
    """The key of a step's words in the labels; the friendly ones unless it is another."""
    return WORDINGS.get(name, "reminder")


def render(letter: ReminderLetter, theme: Theme, pay_at: str) -> bytes:
    """The printed reminder; equal letters and themes give equal bytes. `pay_at` is where bills are paid, or empty."""
    return typeset("reminder.typ", reminder_view(letter, theme, pay_at), letter.day)


def reminder_view(letter: ReminderLetter, theme: Theme, pay_at: str) -> dict[str, Any]:
    """All that the template prints."""
    localizer = localizer_for(reader_of(letter.buyer, letter.seller))
    seller, buyer = parties_of(letter.seller, letter.buyer)
    bank = bank_of(letter.seller, letter.currency)
    wording = wording_of(letter.wording)
    title, amount = localizer.label(f"title.{wording}"), localizer.money(letter.amount, letter.currency)
    return {
        **letterhead(seller, buyer, bank, theme, localizer),
        "title": title,
        "heading": title,
        "number": letter.account,
        "continued": f"{title} {localizer.day(letter.day)}",
        "meta": [{"label": label, "value": value} for label, value in _meta(letter, localizer) if value],
        "hello": localizer.label("mail.hello", name=letter.buyer.name),
        "sentence": localizer.label(f"mail.{wording}_text", amount=amount, account=letter.account),
        "head": [localizer.label(f"reminder.{name}") for name in ("number", "issued", "due", "days", "open")],
        "rows": [_row(bill, letter, localizer) for bill in letter.bills],
        "fee": _fee(letter, localizer),
        "total": {"label": localizer.label("reminder.total"), "value": amount},
        "pay": _pay(letter, bank, theme, localizer, pay_at),
        "regards": localizer.label("mail.regards"),
    }


def pay_url(bill: RemindedBill, pay_at: str) -> str:
    """Where a bill is paid; empty where no payment company is set."""
    return f"{pay_at}/pay/{bill.public_id}" if pay_at else ""


def _meta(letter: ReminderLetter, localizer: Localizer) -> list[tuple[str, str]]:
    return [
        (localizer.label("meta.bill_date"), localizer.day(letter.day)),
        (localizer.label("meta.client"), letter.buyer.number or ""),
        (localizer.label("meta.account"), letter.account),
    ]


def _row(bill: RemindedBill, letter: ReminderLetter, localizer: Localizer) -> list[str]:
    late = localizer.number(Decimal((letter.day - bill.due_date).days), 0)
    amount = localizer.money(bill.left, letter.currency)
    return [bill.number, localizer.day(bill.bill_date), localizer.day(bill.due_date), late, amount]


def _fee(letter: ReminderLetter, localizer: Localizer) -> list[str]:
    if letter.fee is None:
        return []
    label = f"{localizer.label('lines.fees')} {letter.fee.number}"
    return [label, localizer.money(letter.fee.left, letter.currency)]


def _pay(
    letter: ReminderLetter, bank: Bank | None, theme: Theme, localizer: Localizer, pay_at: str
) -> dict[str, Any] | None:
    """Bank, codes and link; the link and its code are of the oldest bill, as a payment is of one."""
    oldest = letter.bills[0]
    url, transfer, codes = pay_url(oldest, pay_at), [], []
    if bank is not None and theme.shows("bank"):
        rows = transfer_rows(bank, letter.reference, localizer)
        transfer = [{"label": label, "value": value} for label, value in rows]
    if bank is not None and epc_fits(bank, letter.amount, letter.currency):
        svg = epc_svg(bank, letter.amount, letter.reference)
        codes.append({"svg": svg, "caption": localizer.label("pay.scan_bank")})
    if url:
        codes.append({"svg": link_svg(url), "caption": f"{localizer.label('pay.scan_link')}: {oldest.number}"})
    if not transfer and not url:
        return None
    amount = localizer.money(letter.amount, letter.currency)
    return {
        "title": localizer.label("pay.title_reminder"),
        "transfer": transfer,
        "codes": codes if theme.shows("qr") else [],
        "url": url,
        "button": localizer.label("reminder.pay", number=oldest.number),
        "alt": localizer.label("pay.qr_alt", amount=amount, reference=letter.reference),
    }
