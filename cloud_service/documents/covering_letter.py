"""What the e-mail around a document says: subject, plain text and HTML in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cloud_service.documents.paper import InvoicePaper
from cloud_service.documents.theme import Theme, read_theme
from cloud_service.documents.translations import Words, words_for
from cloud_service.documents.typesetter import TEMPLATES

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cover:
    """A mail's words."""

    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What one letter says, before it is laid out."""

    subject: str
    name: str
    sentence: str
    facts: Pairs
    seller: str
    footer: Sequence[str]
    button: str = ""
    button_url: str = ""


def invoice_cover(paper: InvoicePaper, theme: Theme) -> Cover:
    """The letter of an invoice or credit note: amount, day, and the button to pay."""
    words = words_for(paper.locale)
    amount = words.money(paper.due if paper.payable else abs(paper.total), paper.currency)
    kind = "credit" if paper.kind == "credit_note" else "invoice" if paper.payable else "prepaid"
    subject = "mail.credit_subject" if kind == "credit" else "mail.invoice_subject"
    number, seller = paper.number, paper.seller.name
    sentence = words.label(
        f"mail.{kind}_text",
        number=number,
        period=words.period(paper.first_day, paper.last_day),
        amount=amount,
        date=words.day(paper.due_date),
    )
    facts = [(number, amount)]
    if paper.payable:
        facts.append((words.label("mail.due"), words.day(paper.due_date)))
    if paper.energy is not None:
        facts.append((words.label("mail.energy"), f"{words.plain(paper.energy.normalize())} {paper.energy_unit}"))
    said = _Said(
        subject=words.label(subject, number=number, seller=seller),
        name=paper.buyer.name,
        sentence=sentence,
        facts=facts,
        seller=seller,
        footer=_footer(paper),
        button=words.label("mail.pay", amount=amount),
        button_url=paper.pay_url if paper.payable else "",
    )
    return _cover(said, words, theme)


def reminder_cover(facts: Mapping[str, Any]) -> Cover:
    """The letter that asks for overdue money.

    `facts`: locale, currency, amount, account, sender_name, recipient_name, pay_url, footer (lines), theme,
    invoices (their numbers).
    """
    words = words_for(str(facts.get("locale", "en")))
    amount = words.money(Decimal(facts["amount"]), str(facts["currency"]))
    account = str(facts.get("account", ""))
    pay_url = str(facts.get("pay_url", ""))
    said = _Said(
        subject=words.label("mail.reminder_subject", amount=amount),
        name=str(facts.get("recipient_name", "")),
        sentence=words.label("mail.reminder_text", amount=amount, account=account),
        facts=[
            (words.label("reminder.total"), amount),
            *((words.label("reminder.number"), str(number)) for number in facts.get("invoices", ())),
        ],
        seller=str(facts.get("sender_name", "")),
        footer=[str(line) for line in facts.get("footer", ())],
        button=words.label("mail.pay", amount=amount),
        button_url=pay_url,
    )
    return _cover(said, words, read_theme(facts.get("theme", {})))


def statement_cover(facts: Mapping[str, Any]) -> Cover:
    """The letter of a statement of account.

    `facts`: locale, currency, closing, account, first_day, last_day (ISO), sender_name, recipient_name, footer, theme.
    """
    words = words_for(str(facts.get("locale", "en")))
    amount, account = words.money(Decimal(facts["closing"]), str(facts["currency"])), str(facts["account"])
    days = (date.fromisoformat(facts["first_day"]), date.fromisoformat(facts["last_day"]))
    seller = str(facts.get("sender_name", ""))
    said = _Said(
        subject=words.label("mail.statement_subject", account=account, seller=seller),
        name=str(facts.get("recipient_name", "")),
        sentence=words.label("mail.statement_text", account=account, period=words.period(*days), amount=amount),
        facts=[(words.label("statement.closing", date=words.day(days[1])), amount)],
        seller=seller,
        footer=[str(line) for line in facts.get("footer", ())],
    )
    return _cover(said, words, read_theme(facts.get("theme", {})))


def text_cover(facts: Mapping[str, Any]) -> Cover:
    """A letter whose words are given: `subject` and `text`, in `locale`."""
    words = words_for(str(facts.get("locale", "en")))
    said = _Said(
        subject=str(facts["subject"]),
        name=str(facts.get("recipient_name", "")),
        sentence=str(facts["text"]),
        facts=[],
        seller=str(facts.get("sender_name", "")),
        footer=[str(line) for line in facts.get("footer", ())],
        button=str(facts.get("button", "")),
        button_url=str(facts.get("button_url", "")),
    )
    return _cover(said, words, read_theme(facts.get("theme", {})))


def _footer(paper: InvoicePaper) -> list[str]:
    seller = paper.seller
    lines = [seller.name, *seller.address, seller.email, seller.phone, seller.website]
    return [line for line in lines if line]


@cache
def _pages() -> Environment:
    """Templates of ours: escaped everywhere, a missing name is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )


def _cover(said: _Said, words: Words, theme: Theme) -> Cover:
    hello = words.label("mail.hello", name=said.name)
    regards = words.label("mail.regards")
    html = (
        _pages()
        .get_template("mail.html")
        .render(
            language=words.language,
            direction=words.direction,
            theme={"primary": theme.primary, "ink": theme.ink},
            subject=said.subject,
            preview=said.sentence,
            seller=said.seller,
            hello=hello,
            said=said.sentence,
            facts=[{"label": label, "value": value} for label, value in said.facts],
            button=said.button,
            button_url=said.button_url,
            regards=regards,
            footer=said.footer,
        )
    )
    rows = [f"{label}: {value}" for label, value in said.facts]
    link = [f"{said.button}: {said.button_url}"] if said.button_url else []
    blocks = [hello, said.sentence, "\n".join(rows), *link, f"{regards}\n{said.seller}", " · ".join(said.footer)]
    text = "\n\n".join(block for block in blocks if block) + "\n"
    return Cover(said.subject, text, html, words.language)
