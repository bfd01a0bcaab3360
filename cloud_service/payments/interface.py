"""What every payment company does for us, in one shape: make a payment page, tell what was paid, give money back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.provider_event import ProviderEvent
from common.errors import InputError

PaymentState = Literal["open", "paid", "failed", "expired"]


class ForgedError(InputError):
    """A webhook whose signature is wrong, missing or too old: whoever sent it, nothing of it is believed."""

    code = "forged"


@dataclass(frozen=True, slots=True)
class PaymentAsk:
    """Money that we ask for. `return_url` is where the payer comes back to; `reference` is what the payer reads."""

    reference: str
    description: str
    amount: Decimal
    currency: str
    return_url: str
    payer_email: str = ""
    locale: str = "en"

    def __post_init__(self) -> None:
        try:
            whole = self.amount > 0 and self.amount == round_money(self.amount, self.currency)
        except ArithmeticError:  # more digits than money has
            whole = False
        if not whole:
            raise InputError(f"{self.amount} is not an amount of {self.currency} to ask for", path="amount")


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """The company's page for one ask; `ref` is its name there."""

    ref: str
    url: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """What the company knows of an ask now: the truth after a webhook in doubt."""

    request_ref: str
    payment_ref: str
    state: PaymentState
    amount: Decimal
    currency: str
    refunded: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back; booked when the company tells of it by webhook."""

    ref: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One payment or refund within a payout: `gross` as the payer saw it, `fee` kept by the company."""

    payment_ref: str
    kind: str
    gross: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """A transfer from the company to our bank; its net is the sum of its lines."""

    ref: str
    day: date
    currency: str
    net: Decimal
    lines: Sequence[SettlementLine] = field(default=())


class Provider(Protocol):
    """A payment company. Every method that asks it raises UnavailableError when it does not answer."""

    name: str

    def create_payment_link(self, ask: PaymentAsk, *, idempotency_key: str) -> PaymentLink:
        """A page on which the payer pays; the same key again gives the same page, never a second one."""

    def fetch_payment(self, request_ref: str) -> ProviderPayment:
        """What became of an ask; NotFoundError for a name the company does not know."""

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> list[ProviderEvent]:
        """The events of a call whose signature is right and fresh, else ForgedError. Header names in any case."""

    def refund(self, payment_ref: str, amount: Decimal, currency: str, *, idempotency_key: str) -> Refund:
        """Give (a part of) a payment back; ConflictError for more than is left of it."""

    def settlements(self, since: date) -> list[Settlement]:
        """Transfers to our bank since a day, with what they are made of."""
