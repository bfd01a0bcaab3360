"""Money comes in and goes back: a provider's event or a payment entered by hand is booked and settles invoices.

Whatever arrives twice is booked once. What does not fit is kept with its reason and never booked on a guess.
"""

from cloud_service.flow.collect.booking import PaymentBooking
from cloud_service.flow.collect.deposits import release_deposit
from cloud_service.flow.collect.incoming import pay
from cloud_service.flow.collect.odd_events import OURS, book_odd_event, set_odd_event_aside
from cloud_service.flow.collect.outgoing import give_back, pay_out
from cloud_service.flow.collect.provider_events import book_event

__all__ = [
    "OURS",
    "PaymentBooking", "book_event", "book_odd_event", "give_back", "pay", "pay_out", "release_deposit",
    "set_odd_event_aside",
]  # fmt: skip
