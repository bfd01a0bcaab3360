"""What others book while somebody books the lines of a file: the same money by another file is not booked twice."""

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.bank_line_likeness import Likeness, likeness
from cloud_service.flow.match_transfers.known_transfers import ENTERED_WITHIN
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import bank_bookings
from cloud_service.store.receivables.bank_bookings import BankBooking
from common.errors import ConflictError


class BookedMeanwhile:
    """Made, in a transaction of its own, before the lines are matched; asked in the transaction of each line."""

    def __init__(self, session: Session) -> None:
        bank_bookings.lock(session)
        self._seen = bank_bookings.newest_id(session)
        self._of_others: list[BankBooking] = []

    def refuse_told(self, session: Session, line: BankLine) -> None:
        """Refuse a line that may be what somebody else has booked since; nobody books another until the commit."""
        bank_bookings.lock(session)
        self._of_others += bank_bookings.booked_since(session, self._seen)
        self._seen = bank_bookings.newest_id(session)
        twin = next((booking for booking in self._of_others if _may_be(line, booking)), None)
        if twin is not None:
            amount = round_money(twin.amount, twin.currency)
            raise ConflictError(
                f"somebody booked {amount:f} {twin.currency} at this moment, which may be this line",
                hint="look at the file again",
            )

    def note_own(self, payment_id: int | None) -> None:
        """Keep apart what was booked of the file itself."""
        self._seen = max(self._seen, payment_id or 0)


def _may_be(line: BankLine, booking: BankBooking) -> bool:
    if booking.line is not None:
        return likeness(line, booking.line) is not Likeness.OTHER
    is_near = abs(booking.day - line.booked_on) <= ENTERED_WITHIN
    return is_near and (booking.amount, booking.currency) == (line.amount, line.currency)
