"""What the e-mail around a document says: subject, plain text and HTML in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cloud_service.documents.from_invoice import bank_of, reader_of, seller_party
from cloud_service.documents.invoice_view import quantity_text
from cloud_service.documents.paper import InvoicePaper, Party
from cloud_service.documents.payment_section import transfer_rows
from cloud_service.documents.receipt_pdf import position_rows, rest_rows, taken_back_note
from cloud_service.documents.reminder_pdf import pay_url, wording_of
from cloud_service.documents.theme import Theme, read_theme
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.documents.typesetter import TEMPLATES
from cloud_service.domain.invoicing.payment_receipt import PaymentReceipt
from cloud_service.domain.invoicing.reminder_letter import ReminderLetter

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CoveringLetter:
    """A mail's words."""

    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class _LetterContent:
    """What one letter says, before it is laid out."""

    subject: str
    name: str
    sentence: str
    rows: Pairs
    seller: str
    footer: Sequence[str]
    button: str = ""
    button_url: str = ""


def invoice_letter(paper: InvoicePaper, theme: Theme) -> CoveringLetter:
    """The letter of an invoice or credit note: amount, day, and the button to pay."""
    localizer = localizer_for(paper.locale)
    amount = localizer.money(paper.due if paper.payable else abs(paper.total), paper.currency)
    kind = "credit" if paper.kind == "credit_note" else "invoice" if paper.payable else "prepaid"
    called = "credit" if kind == "credit" else "advance" if paper.is_advance else "invoice"
    number, seller = paper.number, paper.seller.name
    sentence = localizer.label(
        f"mail.{kind}_text",
        number=number,
        period=localizer.period(paper.first_day, paper.last_day),
        amount=amount,
        date=localizer.day(paper.due_date),
    )
    rows = [(number, amount)]
    if paper.payable:
        rows.append((localizer.label("mail.due"), localizer.day(paper.due_date)))
    if paper.payable and paper.bank is not None and theme.shows("bank"):
        rows += transfer_rows(paper.bank, number, localizer)
    rows += [(localizer.utility(use.utility), quantity_text(use, localizer)) for use in paper.uses]
    content = _LetterContent(
        subject=localizer.label(f"mail.{called}_subject", number=number, seller=seller),
        name=paper.buyer.name,
        sentence=sentence,
        rows=rows,
        seller=seller,
        footer=_lines_of(paper.seller),
        button=localizer.label("mail.pay", amount=amount),
        button_url=paper.pay_url if paper.payable else "",
    )
    return _laid_out(content, localizer, theme)


def reminder_cover(letter: ReminderLetter, theme: Theme, pay_at: str) -> CoveringLetter:
    """The mail of a reminder: each bill with what it still owes, the fee, the sum, the bank, and where to pay."""
    localizer = localizer_for(reader_of(letter.buyer, letter.seller))
    amount, wording = localizer.money(letter.amount, letter.currency), wording_of(letter.wording)
    bank, seller = bank_of(letter.seller, letter.currency), seller_party(letter.seller)
    rows = [(localizer.label("reminder.total"), amount)]
    rows += [(bill.number, localizer.money(bill.left, letter.currency)) for bill in letter.bills]
    if letter.fee is not None:
        label = f"{localizer.label('lines.fees')} {letter.fee.number}"
        rows.append((label, localizer.money(letter.fee.left, letter.currency)))
    if bank is not None and theme.shows("bank"):
        rows += transfer_rows(bank, letter.reference, localizer)
    content = _LetterContent(
        subject=localizer.label(f"mail.{wording}_subject", amount=amount),
        name=letter.buyer.name,
        sentence=localizer.label(f"mail.{wording}_text", amount=amount, account=letter.account),
        rows=rows,
        seller=seller.name,
        footer=_lines_of(seller),
        button=localizer.label("reminder.pay", number=letter.bills[0].number),
        button_url=pay_url(letter.bills[0], pay_at),
    )
    return _laid_out(content, localizer, theme)


def reminder_letter(fields: Mapping[str, Any]) -> CoveringLetter:
    """The letter that asks for overdue money.

    `fields`: locale, currency, amount, account, sender_name, recipient_name, pay_url, footer (lines), theme,
    invoices (their numbers), wording (of its step; the friendly one unless given). So reminders were written before
    they had a `ReminderLetter`; some may still wait.
    """
    localizer = localizer_for(str(fields.get("locale", "en")))
    amount = localizer.money(Decimal(fields["amount"]), str(fields["currency"]))
    account = str(fields.get("account", ""))
    pay_url = str(fields.get("pay_url", ""))
    wording = wording_of(str(fields.get("wording", "")))
    content = _LetterContent(
        subject=localizer.label(f"mail.{wording}_subject", amount=amount),
        name=str(fields.get("recipient_name", "")),
        sentence=localizer.label(f"mail.{wording}_text", amount=amount, account=account),
        rows=[
            (localizer.label("reminder.total"), amount),
            *((localizer.label("reminder.number"), str(number)) for number in fields.get("invoices", ())),
        ],
        seller=str(fields.get("sender_name", "")),
        footer=[str(line) for line in fields.get("footer", ())],
        button=localizer.label("mail.pay", amount=amount),
        button_url=pay_url,
    )
    return _laid_out(content, localizer, read_theme(fields.get("theme", {})))


def receipt_cover(receipt: PaymentReceipt, theme: Theme) -> CoveringLetter:
    """The mail of a receipt: what came in, the bills that it paid, and that it went back, if it did."""
    localizer = localizer_for(reader_of(receipt.buyer, receipt.seller))
    seller, amount = seller_party(receipt.seller), localizer.money(receipt.amount, receipt.currency)
    numbers = ", ".join(bill.number for bill in receipt.bills) or receipt.account
    said = [localizer.label("mail.receipt_text", amount=amount, reference=numbers), taken_back_note(receipt, localizer)]
    rows = [(receipt.number, amount)]
    rows += [(bill.number, localizer.money(bill.paid, receipt.currency)) for bill in receipt.bills]
    content = _LetterContent(
        subject=localizer.label("mail.receipt_subject", amount=amount),
        name=receipt.buyer.name,
        sentence=" ".join(sentence for sentence in said if sentence),
        rows=[*rows, *rest_rows(receipt, localizer), *position_rows(receipt, localizer)],
        seller=seller.name,
        footer=_lines_of(seller),
    )
    return _laid_out(content, localizer, theme)


def statement_letter(fields: Mapping[str, Any]) -> CoveringLetter:
    """The letter of a statement of account.

    `fields`: locale, currency, closing, account, first_day, last_day (ISO), sender_name, recipient_name, footer, theme.
    """
    localizer = localizer_for(str(fields.get("locale", "en")))
    amount, account = localizer.money(Decimal(fields["closing"]), str(fields["currency"])), str(fields["account"])
    days = (date.fromisoformat(fields["first_day"]), date.fromisoformat(fields["last_day"]))
    seller = str(fields.get("sender_name", ""))
    content = _LetterContent(
        subject=localizer.label("mail.statement_subject", account=account, seller=seller),
        name=str(fields.get("recipient_name", "")),
        sentence=localizer.label("mail.statement_text", account=account, period=localizer.period(*days), amount=amount),
        rows=[(localizer.label("statement.closing", date=localizer.day(days[1])), amount)],
        seller=seller,
        footer=[str(line) for line in fields.get("footer", ())],
    )
    return _laid_out(content, localizer, read_theme(fields.get("theme", {})))


def text_letter(fields: Mapping[str, Any]) -> CoveringLetter:
    """A letter whose words are given: `subject` and `text`, in `locale`."""
    localizer = localizer_for(str(fields.get("locale", "en")))
    content = _LetterContent(
        subject=str(fields["subject"]),
        name=str(fields.get("recipient_name", "")),
        sentence=str(fields["text"]),
        rows=[],
        seller=str(fields.get("sender_name", "")),
        footer=[str(line) for line in fields.get("footer", ())],
        button=str(fields.get("button", "")),
        button_url=str(fields.get("button_url", "")),
    )
    return _laid_out(content, localizer, read_theme(fields.get("theme", {})))


def _lines_of(seller: Party) -> list[str]:
    lines = [seller.name, *seller.address, seller.email, seller.phone, seller.website]
    return [line for line in lines if line]


@cache
def _pages() -> Environment:
    """Templates of ours: escaped everywhere, a missing name is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )


def _laid_out(content: _LetterContent, localizer: Localizer, theme: Theme) -> CoveringLetter:
    html, text = _html(content, localizer, theme), _text(content, localizer)
    return CoveringLetter(content.subject, text, html, localizer.language)


def _html(content: _LetterContent, localizer: Localizer, theme: Theme) -> str:
    page = _pages().get_template("mail.html")
    return page.render(
        language=localizer.language,
        direction=localizer.direction,
        theme={"primary": theme.primary, "ink": theme.ink},
        subject=content.subject,
        preview=content.sentence,
        seller=content.seller,
        hello=localizer.label("mail.hello", name=content.name),
        sentence=content.sentence,
        rows=[{"label": label, "value": value} for label, value in content.rows],
        button=content.button,
        button_url=content.button_url,
        regards=localizer.label("mail.regards"),
        footer=content.footer,
    )


def _text(content: _LetterContent, localizer: Localizer) -> str:
    rows = [f"{label}: {value}" for label, value in content.rows]
    link = [f"{content.button}: {content.button_url}"] if content.button_url else []
    blocks = [
        localizer.label("mail.hello", name=content.name),
        content.sentence,
        "\n".join(rows),
        *link,
        f"{localizer.label('mail.regards')}\n{content.seller}",
        " · ".join(content.footer),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"
