"""Bank statements: what each line is for. Booking is `collect.pay`'s work; the door joins the two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import BinaryIO

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.bank_line_likeness import Likeness
from cloud_service.domain.receivables.remittance_matching import OpenItems, RemittanceMatch
from cloud_service.domain.receivables.returned_payments import ReceivedPayment, ReturnedPayment
from cloud_service.flow.match_transfers.known_transfers import KnownTransfer, KnownTransfers
from cloud_service.flow.match_transfers.returned import Returns, is_taken_back
from cloud_service.payments.bank_statement import read_lines
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import open_items
from cloud_service.store.receivables.bank_bookings import BankBooking
from cloud_service.store.scope import Scope
from common.errors import ConflictError

ALL = Scope()
BOOKED, OUT, TWICE = "booked before", "money that went out", "told twice in this file"
RETURNED = "a returned payment"
DOUBTFUL = "may be the same as an earlier booking"
UNDIVIDED = "several payments in one booking that the file does not take apart"
UNRECOGNISED = "no invoice, account or exact amount recognised"


@dataclass(frozen=True, slots=True)
class EarlierBooking:
    """What a line may repeat, for a person to compare: a payment, or (no account) a line further up in the file."""

    booked_on: date
    amount: Decimal
    currency: str
    remittance: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line of the statement: for an account, or why not (`reason`), with what it may repeat or take back."""

    line: BankLine
    match: RemittanceMatch | None
    reason: str = ""
    earlier: EarlierBooking | None = None
    returned: ReturnedPayment | None = None

    @property
    def outcome(self) -> str:
        """`certain`, `passed` (nothing to do), or `left` for a person."""
        if self.match is not None or self.taken_back is not None:
            return "certain"
        return "passed" if self.reason in (BOOKED, OUT, TWICE) else "left"

    @property
    def by_hand(self) -> bool:
        """Whether a person may say for which account it is: money that came in and that nothing is known of."""
        return self.outcome == "left" and self.line.amount > 0

    @property
    def taken_back(self) -> ReceivedPayment | None:
        """The payment that surely came back."""
        return self.returned.payment if self.returned else None

    @property
    def offered(self) -> tuple[ReceivedPayment, ...]:
        """The payments of which a person may say that it came back."""
        return self.returned.offered if self.returned else ()


def lines_of(file: BinaryIO) -> list[BankLine]:
    """All booked movements of a statement that somebody hands in; a damaged one is refused whole."""
    return read_lines(file)


def match_lines(session: Session, lines: Sequence[BankLine], scope: Scope = ALL) -> Iterator[MatchedLine]:
    """What each line is for, by what is open before the first of them is booked; the first of two for one invoice.

    A bank account of a legal entity outside of the scope is refused before anything is read.
    """
    entities = _owners(session, lines, scope)
    lines = _in_their_currency(session, lines, scope)
    transfers, returns = KnownTransfers(session, lines), Returns(session, lines, entities, scope)
    items: dict[int | None, OpenItems] = {}
    for _place, statement in groupby(lines, key=lambda line: line.head.place):
        for transfer in transfers.read(list(statement)):
            if (passed := _without_invoice(transfer, transfers, scope)) is not None:
                yield _taking_back(passed, returns)
                continue
            entity = entities[transfer.line.account]
            if entity not in items:
                items[entity] = OpenItems(open_items.open_invoices(session, entity, scope))
            yield _unless_entered(_read(transfer.line, items[entity]), transfers)


def _without_invoice(transfer: KnownTransfer, transfers: KnownTransfers, scope: Scope) -> MatchedLine | None:
    """A line that is not for an invoice, or not surely so; None where the invoices decide."""
    line = transfer.line
    if transfer.likeness is Likeness.SAME:
        return MatchedLine(line, None, BOOKED if transfer.booking else TWICE)
    if line.amount <= 0 and not line.reversal:
        return MatchedLine(line, None, OUT)
    if transfer.likeness is Likeness.DOUBTFUL:
        return MatchedLine(line, None, DOUBTFUL, _earlier(transfer.earlier, transfer.booking, scope))
    if line.reversal:
        return MatchedLine(line, None, BOOKED if transfers.is_returned(line) else RETURNED)
    return None


def _taking_back(matched: MatchedLine, returns: Returns) -> MatchedLine:
    """A returned payment with the payment that it takes back, if somebody has not booked that."""
    if matched.reason != RETURNED or not is_taken_back(matched.line):
        return matched
    returned = returns.find(matched.line)
    return replace(matched, reason=BOOKED if returned.booked else RETURNED, returned=returned)


def _earlier(line: BankLine | None, booking: BankBooking | None, scope: Scope) -> EarlierBooking | None:
    """What the reader may know of an earlier booking."""
    if booking is None:
        return EarlierBooking(line.booked_on, line.amount, line.currency, line.remittance) if line else None
    if scope.entities is not None and booking.entity_id not in scope.entities:
        return None
    remittance = booking.line.remittance if booking.line else booking.reference
    return EarlierBooking(
        booking.day, round_money(booking.amount, booking.currency), booking.currency, remittance, booking.account
    )


def _unless_entered(matched: MatchedLine, transfers: KnownTransfers) -> MatchedLine:
    """A match, unless somebody entered the same money for the same account by hand."""
    entered = transfers.entered_by_hand(matched.line, matched.match.account_id) if matched.match else None
    if entered is None:
        return matched
    return MatchedLine(matched.line, None, DOUBTFUL, _earlier(None, entered, ALL))


def _in_their_currency(session: Session, lines: Sequence[BankLine], scope: Scope) -> Sequence[BankLine]:
    """The lines with the currency of the bank account, where the bank's table does not say it."""
    if all(line.currency for line in lines):
        return lines
    currencies = open_items.account_currencies(session, scope)
    if len(currencies) != 1:
        raise ConflictError(
            "the file does not say its currency",
            hint=f"add a column Currency: you have accounts in {', '.join(currencies) or 'none'}",
        )
    return [replace(line, currency=line.currency or currencies[0]) for line in lines]


def _owners(session: Session, lines: Sequence[BankLine], scope: Scope) -> dict[str, int | None]:
    """Whose bank account each line is of; None where no legal entity has named it."""
    owners = {
        account: open_items.entity_of(session, account) if account else None
        for account in {line.account for line in lines}
    }
    for account, entity in owners.items():
        if entity is not None and scope.entities is not None and entity not in scope.entities:
            raise ConflictError(f"{account} is not a bank account that you may book", hint="take your own statement")
    return owners


def _read(line: BankLine, items: OpenItems) -> MatchedLine:
    match = items.match(line.amount, line.currency, line.remittance, line.end_to_end_id)
    if line.payments > 1 and (match is None or not match.exact):
        return MatchedLine(line, None, UNDIVIDED)
    if match is None:
        return MatchedLine(line, None, UNRECOGNISED)
    if not items.take(match):
        return MatchedLine(line, None, "an earlier line of the file pays the same invoice")
    return MatchedLine(line, match)
