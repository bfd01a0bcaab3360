"""Bank statements: what each line is for. Booking is `collect.pay`'s work; the door joins the two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from cloud_service.domain.receivables.remittance_matching import OpenItems, RemittanceMatch
from cloud_service.payments.bank_line import BankLine
from cloud_service.payments.bank_statement import read_lines
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import open_items
from cloud_service.store.scope import Scope
from common.errors import ConflictError

ALL = Scope()
BOOKED, OUT = "booked before", "money that went out"


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line of the statement: for an account, or why not (`reason`)."""

    line: BankLine
    match: RemittanceMatch | None
    reason: str = ""

    @property
    def outcome(self) -> str:
        """`certain`, `passed` (nothing to do), or `left` for a person."""
        if self.match is not None:
            return "certain"
        return "passed" if self.reason in (BOOKED, OUT) else "left"

    @property
    def by_hand(self) -> bool:
        """Whether a person may say for which account it is: money that came in and that nothing is known of."""
        return self.outcome == "left" and not self.line.reversal


def lines_of(file: BinaryIO) -> list[BankLine]:
    """All booked movements of a statement that somebody hands in; a damaged one is refused whole."""
    return read_lines(file)


def match_lines(session: Session, lines: Sequence[BankLine], scope: Scope = ALL) -> Iterator[MatchedLine]:
    """What each line is for, by what is open before the first of them is booked; the first of two for one invoice.

    A bank account of a legal entity outside of the scope is refused before anything is read.
    """
    entities = _owners(session, lines, scope)
    lines = _in_their_currency(session, lines, scope)
    booked = open_items.booked_references(session, [line.reference for line in lines])
    items: dict[int | None, OpenItems] = {}
    for line in lines:
        if line.reference in booked:
            yield MatchedLine(line, None, BOOKED)
        elif line.amount <= 0:
            yield MatchedLine(line, None, OUT)
        elif line.reversal:
            yield MatchedLine(line, None, "a returned payment")
        else:
            entity = entities[line.account]
            if entity not in items:
                items[entity] = OpenItems(open_items.open_invoices(session, entity, scope))
            yield _read(line, items[entity])


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
    if match is None:
        return MatchedLine(line, None, "no invoice, account or exact amount recognised")
    if not items.take(match):
        return MatchedLine(line, None, "an earlier line of the file pays the same invoice")
    return MatchedLine(line, match)
