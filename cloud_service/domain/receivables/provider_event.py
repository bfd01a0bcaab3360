"""What a payment provider tells us, in one shape for all of them; made by `payments/`, booked by `flow/collect`."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from common.errors import InputError

EventKind = Literal["paid", "refunded", "disputed", "refund_failed", "dispute_won", "failed", "expired", "ignored"]
MOVES_MONEY = frozenset({"paid", "refunded", "disputed", "refund_failed", "dispute_won"})


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified event: its signature has been checked, nothing has been booked yet.

    `event_id` is unique per provider and makes booking safe to repeat; `request_ref` is the provider's name of the
    payment page that we asked for (empty when the payer came by another way), `payment_ref` its name of the money
    itself (a refund carries its own). `amount` is positive in `currency` for every kind. `undoes` is the id of the
    event whose money is back: of a refund that failed, or a dispute that was won.
    """

    provider: str
    event_id: str
    kind: EventKind
    request_ref: str
    payment_ref: str
    amount: Decimal
    currency: str
    occurred_at: datetime
    body: bytes
    undoes: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise InputError(f"an amount must be Decimal, not {type(self.amount).__name__}", path="amount")
        if self.amount < 0 or (self.kind in MOVES_MONEY and self.amount == 0):
            raise InputError(f"{self.kind} with an amount of {self.amount}", path="amount")
        if not self.event_id:
            raise InputError("an event without an id cannot be booked safely", path="event_id")
        if self.occurred_at.tzinfo is None:
            raise InputError("an instant needs a time zone", path="occurred_at")
