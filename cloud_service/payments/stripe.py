"""Stripe: Checkout pages, signed webhooks, refunds, payouts with their fees.

An event's id is made of the object and what happened to it, not of Stripe's event: the same fact told by two events
(`refund.created` and `refund.updated`) is then seen to be the same.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import stripe

from cloud_service.domain.receivables.provider_event import EventKind, ProviderEvent
from cloud_service.payments.interface import (
    ForgedError,
    PaymentAsk,
    PaymentLink,
    PaymentState,
    ProviderPayment,
    Refund,
    Settlement,
    SettlementLine,
)
from cloud_service.payments.minor import from_minor, to_minor
from common.errors import ConflictError, EnergyError, InputError, NotFoundError, UnavailableError

API_VERSION = "2026-10-28.endive"
TOLERANCE_S = 300
NO_MINOR = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905 - as below
THREE_PLACES = frozenset("BHD JOD KWD OMR TND".split())  # noqa: SIM905 - as below
LANGUAGES = frozenset(
    "bg cs da de el en es et fi fil fr hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv th tr vi zh".split()  # noqa: SIM905 - a list of codes reads best as words
)
StripeObject = Mapping[str, Any]


def stripe_digits(currency: str) -> int:
    """Places in which Stripe counts a currency; differs from ISO 4217 for a few (UGX and ISK have two)."""
    if currency in NO_MINOR:
        return 0
    return 3 if currency in THREE_PLACES else 2


class Stripe:
    """One Stripe account; `url` is given for tests only."""

    name = "stripe"

    def __init__(self, key: str, webhook_secret: str, *, url: str = "", retries: int = 2) -> None:
        addresses: Any = {"base_addresses": {"api": url}} if url else {}
        self._client = stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            max_network_retries=retries,
            http_client=stripe.RequestsClient(),
            **addresses,
        )
        self._secret = webhook_secret

    def create_payment_link(self, ask: PaymentAsk, *, idempotency_key: str) -> PaymentLink:
        """A Checkout session; it expires after a day."""
        count = to_minor(ask.amount, ask.currency, stripe_digits(ask.currency))
        if ask.currency in THREE_PLACES and count % 10:
            raise InputError(f"Stripe takes {ask.currency} in steps of 0.01 only", path="amount")
        product = {"name": ask.description}
        price = {"currency": ask.currency.lower(), "unit_amount": count, "product_data": product}
        metadata = {"reference": ask.reference}
        params: Any = {
            "mode": "payment",
            "client_reference_id": ask.reference[:200],
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": ask.description},
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": ask.return_url,
            "cancel_url": ask.return_url,
        }
        language = ask.locale[:2].lower()
        params |= {"locale": language} if language in LANGUAGES else {}
        params |= {"customer_email": ask.payer_email} if ask.payer_email else {}
        with _translated_errors():
            session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": idempotency_key})
        return PaymentLink(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, UTC))

    def fetch_payment(self, request_ref: str) -> ProviderPayment:
        """The session with its payment and what was given back."""
        with _translated_errors():
            answer = self._client.v1.checkout.sessions.retrieve(
                request_ref, {"expand": ["payment_intent.latest_charge"]}
            )
        session: StripeObject = answer.to_dict()
        currency = session["currency"].upper()
        digits = stripe_digits(currency)
        intent = session.get("payment_intent") or {}
        charge = intent.get("latest_charge") or {}
        return ProviderPayment(
            session["id"],
            str(intent.get("id", "")),
            _state(session),
            from_minor(session["amount_total"], currency, digits),
            currency,
            from_minor(charge.get("amount_refunded", 0), currency, digits),
        )

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> list[ProviderEvent]:
        """Checked by Stripe's own code; what moves no money comes out as `ignored`."""
        by_name = {name.lower(): value for name, value in headers.items()}
        try:
            stripe.WebhookSignature.verify_header(body, by_name.get("stripe-signature"), self._secret, TOLERANCE_S)
        except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
            raise ForgedError(str(error).splitlines()[0], path="Stripe-Signature") from error
        try:
            return [_event(json.loads(body), body)]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"a signed event that cannot be read: {error}", path="webhook") from error

    def refund(self, payment_ref: str, amount: Decimal, currency: str, *, idempotency_key: str) -> Refund:
        """Give money back; booked when Stripe says that it succeeded."""
        count = to_minor(amount, currency, stripe_digits(currency))
        params: Any = {"payment_intent": payment_ref, "amount": count}
        with _translated_errors():
            answer = self._client.v1.refunds.create(params, {"idempotency_key": idempotency_key})
        return Refund(answer.id, amount, currency)

    def settlements(self, since: date) -> list[Settlement]:
        """Payouts that have arrived, with each charge, refund and dispute in them."""
        start = int(datetime.combine(since, time(), UTC).timestamp())
        params: Any = {"arrival_date": {"gte": start}, "status": "paid", "limit": 100}
        with _translated_errors():
            payouts = [item.to_dict() for item in self._client.v1.payouts.list(params).auto_paging_iter()]
            return [self._settlement(payout) for payout in payouts]

    def _settlement(self, payout: StripeObject) -> Settlement:
        params: Any = {"payout": payout["id"], "limit": 100, "expand": ["data.source"]}
        rows = [row.to_dict() for row in self._client.v1.balance_transactions.list(params).auto_paging_iter()]
        currency = payout["currency"].upper()
        digits = stripe_digits(currency)
        lines = tuple(
            SettlementLine(
                _source(row),
                row["type"],
                from_minor(row["amount"], currency, digits),
                from_minor(row["fee"], currency, digits),
            )
            for row in rows
            if row["type"] != "payout"
        )
        day = datetime.fromtimestamp(payout["arrival_date"], UTC).date()
        return Settlement(payout["id"], day, currency, from_minor(payout["amount"], currency, digits), lines)


def _source(row: StripeObject) -> str:
    """The payment intent behind a line, where it has one."""
    source = row.get("source")
    if isinstance(source, Mapping):
        return str(source.get("payment_intent") or source.get("id"))
    return str(source)


def _state(session: StripeObject) -> PaymentState:
    if session["payment_status"] in ("paid", "no_payment_required"):
        return "paid"
    return "expired" if session.get("status") == "expired" else "open"


Reader = Callable[[StripeObject], tuple[EventKind, str, str, str, int]]  # kind, what happened, request, payment, amount


def _session_done(session: StripeObject) -> tuple[EventKind, str, str, str, int]:
    """A completed session may still wait for its bank debit: then nothing was paid yet."""
    kind: EventKind = "paid" if session["payment_status"] == "paid" else "ignored"
    happened = "paid" if kind == "paid" else "completed"
    return kind, happened, session["id"], str(session.get("payment_intent") or ""), session["amount_total"]


def _session_failed(session: StripeObject) -> tuple[EventKind, str, str, str, int]:
    return "failed", "failed", session["id"], str(session.get("payment_intent") or ""), session["amount_total"]


def _session_expired(session: StripeObject) -> tuple[EventKind, str, str, str, int]:
    return "expired", "expired", session["id"], "", session["amount_total"]


def _refund(refund: StripeObject) -> tuple[EventKind, str, str, str, int]:
    if refund["status"] in UNDONE:
        return _refund_failed(refund)
    succeeded = refund["status"] == "succeeded"
    kind: EventKind = "refunded" if succeeded else "ignored"
    return (
        kind,
        "refunded" if succeeded else refund["status"],
        "",
        str(refund.get("payment_intent") or ""),
        refund["amount"],
    )


def _refund_failed(refund: StripeObject) -> tuple[EventKind, str, str, str, int]:
    return "refund_failed", "failed", "", str(refund.get("payment_intent") or ""), refund["amount"]


def _dispute_won(dispute: StripeObject) -> tuple[EventKind, str, str, str, int]:
    return "dispute_won", "won", "", str(dispute.get("payment_intent") or ""), dispute["amount"]


def _dispute(dispute: StripeObject) -> tuple[EventKind, str, str, str, int]:
    return "disputed", "disputed", "", str(dispute.get("payment_intent") or ""), dispute["amount"]


UNDONE = frozenset({"failed", "canceled"})  # states of a refund whose money comes back to us
UNDOES: dict[EventKind, str] = {"refund_failed": "refunded", "dispute_won": "disputed"}
READERS: dict[str, Reader] = {
    "checkout.session.completed": _session_done,
    "checkout.session.async_payment_succeeded": _session_done,
    "checkout.session.async_payment_failed": _session_failed,
    "checkout.session.expired": _session_expired,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund_failed,
    "charge.refund.updated": _refund,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute_won,
}


def _event(content: StripeObject, body: bytes) -> ProviderEvent:
    subject = content["data"]["object"]
    at = datetime.fromtimestamp(content["created"], UTC)
    reader = READERS.get(content["type"])
    if reader is None:
        return ProviderEvent("stripe", content["id"], "ignored", "", "", Decimal(0), "", at, body)
    kind, happened, request_ref, payment_ref, count = reader(subject)
    currency = subject["currency"].upper()
    amount = from_minor(count, currency, stripe_digits(currency))
    event_id = content["id"] if kind == "ignored" else f"{subject['id']}:{happened}"
    undoes = f"{subject['id']}:{UNDOES[kind]}" if kind in UNDOES else ""
    return ProviderEvent("stripe", event_id, kind, request_ref, payment_ref, amount, currency, at, body, undoes)


TOO_MUCH = frozenset({"charge_already_refunded", "amount_too_large", "charge_disputed"})


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Stripe's errors as ours."""
    try:
        yield
    except stripe.StripeError as error:
        raise _error_of(error) from error


def _error_of(error: stripe.StripeError) -> EnergyError:
    message = f"Stripe: {error.user_message or str(error) or type(error).__name__}"
    code = error.code or ""
    if isinstance(error, stripe.IdempotencyError):
        return ConflictError(message)
    if isinstance(error, stripe.InvalidRequestError):
        if code == "resource_missing":
            return NotFoundError(message)
        too_much = code in TOO_MUCH or "greater than unrefunded amount" in str(error)
        return ConflictError(message) if too_much else InputError(message, path=str(error.param or ""))
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        return UnavailableError(message, hint="PAYMENT_SECRET is not accepted")
    return UnavailableError(message)
