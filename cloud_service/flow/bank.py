"""Bank statements: what each line is for. Booking is `collect.pay`'s work; the door joins the two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloud_service.domain.remittance import Match, OpenItems
from cloud_service.payments.bank_statement import BankLine
from cloud_service.store import bank_lines
from cloud_service.store.session import Session


@dataclass(frozen=True, slots=True)
class Read:
    """A line of the statement: for an account, or why a person must look at it (`reason`)."""

    line: BankLine
    match: Match | None
    reason: str = ""


def matched(session: Session, lines: Sequence[BankLine]) -> Iterator[Read]:
    """What each line is for, by what is open before the first of them is booked.

    Two lines for the same invoice both find it; booking refuses the second, which is then left for a person.
    """
    known = bank_lines.booked(session, [line.reference for line in lines])
    items: dict[int | None, OpenItems] = {}
    for line in lines:
        entity = bank_lines.entity_of(session, line.account) if line.account else None
        if line.reference in known:
            yield Read(line, None, "booked before")
        elif line.amount <= 0:
            yield Read(line, None, "money that went out")
        elif line.reversal:
            yield Read(line, None, "a returned payment")
        else:
            if entity not in items:
                items[entity] = OpenItems(bank_lines.open_invoices(session, entity))
            match = items[entity].match(line.amount, line.currency, line.remittance, line.end_to_end_id)
            yield Read(line, match, "" if match else "no invoice, account or exact amount recognised")
