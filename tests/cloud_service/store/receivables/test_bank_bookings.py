from dataclasses import replace
from datetime import date
from decimal import Decimal

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.flow import collect
from cloud_service.store.receivables.bank_bookings import bank_bookings
from tests.cloud_service.till import Till

LINE = BankLine(
    "DE02120300000000202051", "ref-1", date(2026, 11, 20), Decimal("5.10"), "EUR", "rent", bank_names=("bank:R-1",),
    head=StatementHead("mt940", "324", opening=Decimal("1.00")),
)  # fmt: skip


def pay(till: Till, reference: str, day: date, line: BankLine | None = None) -> None:
    collect.pay(
        till.session, till.account, Decimal("5.10"), provider="bank", reference=reference, day=day, author="t",
        line=line,
    )  # fmt: skip


def test_a_payment_keeps_the_line_that_it_was_booked_from(till: Till) -> None:
    pay(till, "ref-1", LINE.booked_on, LINE)
    (booking,) = bank_bookings(till.session, [LINE])

    assert (LINE, "ref-1", "A1", Decimal("5.10")) == (booking.line, booking.reference, booking.account, booking.amount)


def test_only_days_around_the_file_are_looked_at_and_what_has_its_references(till: Till) -> None:
    pay(till, "near", date(2026, 11, 11))
    pay(till, "far", date(2026, 11, 9))
    pay(till, "far but named", date(2026, 1, 9))

    bookings = bank_bookings(till.session, [LINE, replace(LINE, reference="far but named")])
    assert {"near": None, "far but named": None} == {booking.reference: booking.line for booking in bookings}
    assert [] == bank_bookings(till.session, [])
