"""The statement of an account as PDF: opening balance, every booking with the balance after it, closing balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.letterhead import letterhead
from cloud_service.documents.paper import Bank, Party
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.documents.typesetter import typeset
from common.errors import InputError

REFERENCE_MAX = 35  # of a transfer, as banks have it


@dataclass(frozen=True, slots=True)
class Booking:
    """One row: `amount` positive is charged to the client, negative was received; `balance` is after it."""

    day: date
    kind: str
    text: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """A statement from `first_day` to `last_day`, both included. The balances must follow from the amounts."""

    account: str
    currency: str
    locale: str
    first_day: date
    last_day: date
    seller: Party
    buyer: Party
    opening: Decimal
    bookings: Sequence[Booking]
    closing: Decimal
    bank: Bank | None = None

    def __post_init__(self) -> None:
        balance = self.opening
        for booking in self.bookings:
            balance += booking.amount
            if balance != booking.balance:
                raise InputError(f"the balance after {booking.text} is {balance}, not {booking.balance}")
        if balance != self.closing:
            raise InputError(f"the bookings end at {balance}, not at {self.closing}")


def render(paper: StatementPaper, theme: Theme) -> bytes:
    """The printed statement, PDF/A-3a and PDF/UA-1; equal papers and themes give equal bytes."""
    return typeset("statement.typ", statement_view(paper, theme), paper.last_day)


def statement_view(paper: StatementPaper, theme: Theme) -> dict[str, Any]:
    """All that the template prints."""
    localizer = localizer_for(paper.locale)
    title = localizer.label("title.statement")
    closing = localizer.label("statement.closing", date=localizer.day(paper.last_day))
    return {
        **letterhead(paper.seller, paper.buyer, paper.bank, theme, localizer),
        "title": title,
        "heading": f"{title} {localizer.period(paper.first_day, paper.last_day)}",
        "number": paper.account,
        "continued": f"{title} {paper.account}",
        "meta": [{"label": label, "value": value} for label, value in _meta(paper, localizer) if value],
        "head": [
            localizer.label("statement.date"),
            localizer.label("statement.text"),
            *(f"{localizer.label(f'statement.{name}')} {paper.currency}" for name in ("debit", "credit", "balance")),
        ],
        "opening": {
            "label": localizer.label("statement.opening"),
            "value": localizer.amount(paper.opening, paper.currency),
        },
        "rows": [_row(booking, paper.currency, localizer) for booking in paper.bookings],
        "closing": {"label": closing, "value": localizer.money(paper.closing, paper.currency)},
    }


def _meta(paper: StatementPaper, localizer: Localizer) -> list[tuple[str, str]]:
    return [
        (localizer.label("meta.bill_date"), localizer.day(paper.last_day)),
        (localizer.label("meta.client"), paper.buyer.number),
        (localizer.label("meta.account"), paper.account),
        (localizer.label("meta.period"), f"{localizer.day(paper.first_day)} – {localizer.day(paper.last_day)}"),
    ]


def _row(booking: Booking, currency: str, localizer: Localizer) -> Mapping[str, str]:
    kinds = localizer.section("booking")
    kind = kinds.get(booking.kind, kinds["other"])
    return {
        "day": localizer.day(booking.day),
        "text": f"{kind} {_text(booking.text, localizer)}".strip(),
        "debit": localizer.amount(booking.amount, currency) if booking.amount > 0 else "",
        "credit": localizer.amount(-booking.amount, currency) if booking.amount < 0 else "",
        "balance": localizer.amount(booking.balance, currency),
    }


def _text(text: str, localizer: Localizer) -> str:
    """What stands behind the kind: a number as it is, or how money came, in the reader's words.

    A reference that people write stays; one that a machine made is left out.
    """
    provider, _, reference = text.partition(" ")
    return way_text(provider, reference, localizer) if provider in localizer.section("provider") else text


def way_text(provider: str, reference: str, localizer: Localizer) -> str:
    """How money came, in the reader's words, with the reference that people wrote."""
    names = localizer.section("provider")
    is_written = len(reference) <= REFERENCE_MAX and ":" not in reference
    return f"{names.get(provider, provider)} {reference if is_written else ''}".strip()
