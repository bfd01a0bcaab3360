"""How `energy-cloud payments import` books lines, each in a transaction of its own, and says what became of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cloud_service.cli.database import author, transaction
from cloud_service.domain.receivables.returned_payments import ReceivedPayment, amount_returned
from cloud_service.flow import collect
from cloud_service.flow.collect import PaymentBooking
from cloud_service.flow.match_transfers import BookedMeanwhile, MatchedLine
from cloud_service.store.database.session import Session
from common.errors import EnergyError, InputError


@dataclass(frozen=True, slots=True)
class LineBooking:
    """What a line is booked as, by its rule or a person's word."""

    detail: str
    book: Callable[[Session], PaymentBooking]
    parts: dict[str, str] = field(default_factory=dict)


def booking_of(read: MatchedLine, by_hand: int | None) -> LineBooking | None:
    """What a line is booked as; None where it is left, or needs nothing."""
    line = read.line
    if read.taken_back is not None:
        return chargeback_of(read, read.taken_back)
    if read.match is not None:
        account, amounts, rule = read.match.account_id, read.match.amounts, read.match.rule
    elif by_hand is not None:
        account, amounts, rule = by_hand, None, "by hand"
    else:
        return None
    parts = {number: format(amount, "f") for number, amount in (amounts or {}).items()}
    detail = f"{rule}: {', '.join(parts) or ('the oldest bill first' if amounts is None else 'credit')}"
    return LineBooking(
        detail,
        lambda session: collect.pay(
            session, account, line.amount, provider="bank", reference=line.reference, day=line.booked_on,
            author=author(), to=amounts, currency=line.currency, line=line,
        ),
        parts,
    )  # fmt: skip


def chargeback_of(read: MatchedLine, payment: ReceivedPayment) -> LineBooking:
    """A payment that came back."""
    line = read.line
    return LineBooking(
        f"payment {payment.payment_id} of {payment.account} came back: {', '.join(payment.bills) or 'credit'}",
        lambda session: collect.give_back(
            session, payment.payment_id, amount_returned(line), reference=line.reference, day=line.booked_on,
            author=author(), kind="chargeback", line=line,
        ),
    )  # fmt: skip


def chosen_payments(texts: Iterable[str], reads: list[MatchedLine]) -> dict[int, ReceivedPayment]:
    """The payment that a person names for each line that takes one back, by the line's place from 1."""
    chosen = {}
    for text in texts:
        place, _, name = text.partition("=")
        if not place.isdecimal() or not 1 <= int(place) <= len(reads):
            raise InputError(f"{text!r} names no line", path="--returned", hint=f"1 to {len(reads)}, for example 2=17")
        read = reads[int(place) - 1]
        offered = {str(payment.payment_id): payment for payment in read.offered}
        if name.strip() in offered:
            chosen[int(place)] = offered[name.strip()]
        elif read.outcome == "left":
            raise InputError(
                f"line {place} cannot be payment {name.strip()} that came back", path="--returned",
                hint=f"it may be payment {', '.join(offered) or 'none'}",
            )  # fmt: skip
    return chosen


def booked_row(
    read: MatchedLine, booking: LineBooking | None, meanwhile: BookedMeanwhile, *, dry_run: bool
) -> dict[str, Any]:
    """Book one line in a transaction of its own and say what became of it."""
    line = read.line
    row: dict[str, Any] = {
        "day": line.booked_on.isoformat(), "amount": format(line.amount, "f"), "currency": line.currency,
        "payer": line.payer, "text": line.remittance, "reference": line.reference,
    }  # fmt: skip
    if booking is None:
        offered = [_offer(payment) for payment in read.offered]
        return row | {"outcome": read.outcome, "detail": _detail(read), "earlier": read.earlier, "offered": offered}
    if dry_run:
        return row | {"outcome": "would be booked", "detail": booking.detail, "parts": booking.parts}
    try:
        with transaction() as session:
            meanwhile.refuse_told(session, line)
            done = booking.book(session)
    except EnergyError as error:
        return row | {"outcome": "left", "detail": str(error)}
    meanwhile.note_own(done.payment_id)
    return row | {
        "outcome": done.outcome, "detail": booking.detail, "parts": booking.parts, "payment": done.payment_id,
    }  # fmt: skip


def _detail(read: MatchedLine) -> str:
    """Why a line is not booked, with what it may repeat or take back."""
    if read.offered:
        payments = ", ".join(f"{payment.payment_id} ({payment.account}, {payment.day})" for payment in read.offered[:5])
        return f"{read.reason}: of payment {payments}; say which with --returned LINE=PAYMENT"
    if read.earlier is None:
        return read.reason
    earlier = read.earlier
    place = f" for {earlier.account}" if earlier.account else " in this file"
    return f"{read.reason}: {earlier.amount:f} {earlier.currency} on {earlier.booked_on}{place}, {earlier.remittance}"


def _offer(payment: ReceivedPayment) -> dict[str, Any]:
    return {
        "payment": payment.payment_id, "account": payment.account, "client": payment.client, "day": payment.day,
        "amount": payment.amount, "bills": payment.bills,
    }  # fmt: skip
