"""Which lines of a bank statement are booked already, or may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.bank_line_likeness import Likeness
from cloud_service.domain.receivables.bank_line_names import base_reference, numbered
from cloud_service.domain.receivables.bank_line_pairing import Pairing, ToldBefore
from cloud_service.store.database.session import Session
from cloud_service.store.receivables.bank_bookings import BankBooking, bank_bookings

ENTERED_WITHIN = timedelta(days=3)  # a payment that somebody enters by hand may have another day than the bank's


@dataclass(frozen=True, slots=True)
class KnownTransfer:
    """A line with the reference it is booked by, and what it repeats: a payment, or a line further up in its file."""

    line: BankLine
    likeness: Likeness
    booking: BankBooking | None = None
    earlier: BankLine | None = None


class KnownTransfers:
    """All payments of the bank's around the days of a file."""

    def __init__(self, session: Session, lines: Sequence[BankLine]) -> None:
        bookings = bank_bookings(session, lines)
        self._by_reference = {booking.reference: booking for booking in bookings}
        self._by_line = [booking for booking in bookings if booking.line]
        self._by_hand = [booking for booking in bookings if not booking.line and booking.amount > 0]
        self._told = ToldBefore([booking.line for booking in self._by_line if booking.line])
        self._references = set(self._by_reference)

    def read(self, statement: Sequence[BankLine]) -> Iterator[KnownTransfer]:
        """What each line of one statement has to do with what was told before, the file's earlier statements too."""
        for pairing in self._told.pair(statement):
            is_stored = 0 <= pairing.place < len(self._by_line)
            booking = self._by_line[pairing.place] if is_stored else None
            if pairing.likeness is Likeness.SAME:
                line = replace(pairing.line, reference=booking.reference) if booking else pairing.line
                yield KnownTransfer(line, Likeness.SAME, booking, pairing.earlier)
            else:
                yield self._unbooked(pairing, booking)

    def is_returned(self, line: BankLine) -> bool:
        """Whether somebody has booked that a payment came back, with the reference of its line."""
        return f"chargeback:{line.reference}" in self._by_reference

    def entered_by_hand(self, line: BankLine, account_id: int) -> BankBooking | None:
        """A payment that somebody entered and that may be this line: the same money, for the same account."""
        for booking in self._by_hand:
            same_money = (booking.account_id, booking.amount, booking.currency) == (
                account_id, line.amount, line.currency,
            )  # fmt: skip
            if same_money and abs(booking.day - line.booked_on) <= ENTERED_WITHIN:
                self._by_hand.remove(booking)
                return booking
        return None

    def _unbooked(self, pairing: Pairing, booking: BankBooking | None) -> KnownTransfer:
        """A line that is not surely booked, with a reference that no other has; unless somebody entered it by hand."""
        base, number = base_reference(pairing.line), 1
        while (reference := numbered(base, number)) in self._references:
            entered = self._by_reference.get(reference)
            if entered in self._by_hand and entered is not None:
                self._by_hand.remove(entered)
                same = entered.amount == pairing.line.amount and entered.currency == pairing.line.currency
                return KnownTransfer(
                    replace(pairing.line, reference=reference), Likeness.SAME if same else Likeness.DOUBTFUL, entered
                )
            number += 1
        self._references.add(reference)
        return KnownTransfer(replace(pairing.line, reference=reference), pairing.likeness, booking, pairing.earlier)
