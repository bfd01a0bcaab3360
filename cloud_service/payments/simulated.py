"""The simulated payment company, seen from our side: a real HTTP service (`simulated_company`), only without money."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from cloud_service.domain.receivables.provider_event import EventKind, ProviderEvent
from cloud_service.payments import signature
from cloud_service.payments.interface import (
    PaymentAsk,
    PaymentLink,
    ProviderPayment,
    Refund,
    Settlement,
    SettlementLine,
)
from common.errors import ConflictError, EnergyError, InputError, NotFoundError, UnavailableError

TIMEOUT_S = 10.0
KINDS: dict[str, EventKind] = {
    "payment.paid": "paid",
    "payment.declined": "failed",
    "refund.made": "refunded",
    "dispute.opened": "disputed",
}
ERRORS: dict[int, type[EnergyError]] = {
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.CONFLICT: ConflictError,
    HTTPStatus.BAD_REQUEST: InputError,
}


class Simulated:
    """A client of the simulated company at `url`."""

    name = "simulated"

    def __init__(
        self, url: str, key: str, webhook_secret: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._secret = webhook_secret
        self._clock = clock

    def create_payment_link(self, ask: PaymentAsk, *, idempotency_key: str) -> PaymentLink:
        """A page with the buttons "Pay" and "Decline"."""
        fields = {
            "reference": ask.reference,
            "description": ask.description,
            "amount": format(ask.amount, "f"),
            "currency": ask.currency,
            "return_url": ask.return_url,
        }
        answer = self._call("POST", "/v1/links", fields, idempotency_key)
        return PaymentLink(answer["id"], answer["url"])

    def fetch_payment(self, request_ref: str) -> ProviderPayment:
        """The link's state."""
        answer = self._call("GET", f"/v1/links/{quote(request_ref, safe='')}")
        return ProviderPayment(
            answer["id"],
            answer["payment"],
            answer["state"],
            Decimal(answer["amount"]),
            answer["currency"],
            Decimal(answer["refunded"]),
        )

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> list[ProviderEvent]:
        """One event a call."""
        by_name = {name.lower(): value for name, value in headers.items()}
        signature.check(self._secret, body, by_name.get(signature.HEADER.lower(), ""), self._clock())
        try:
            content = json.loads(body)
            event = ProviderEvent(
                provider=self.name,
                event_id=content["id"],
                kind=KINDS.get(content["type"], "ignored"),
                request_ref=content["link"],
                payment_ref=content["payment"],
                amount=Decimal(content["amount"]),
                currency=content["currency"],
                occurred_at=datetime.fromisoformat(content["at"]),
                body=body,
            )
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise InputError(f"a signed event that cannot be read: {error}", path="webhook") from error
        return [event]

    def refund(self, payment_ref: str, amount: Decimal, currency: str, *, idempotency_key: str) -> Refund:
        """Give money back; the company tells of it by webhook too."""
        fields = {"payment": payment_ref, "amount": format(amount, "f"), "currency": currency}
        answer = self._call("POST", "/v1/refunds", fields, idempotency_key)
        return Refund(answer["id"], Decimal(answer["amount"]), answer["currency"])

    def settlements(self, since: date) -> list[Settlement]:
        """One transfer a day and currency, without fees."""
        answer = self._call("GET", f"/v1/settlements?since={since.isoformat()}")
        return [
            Settlement(
                item["id"],
                date.fromisoformat(item["day"]),
                item["currency"],
                Decimal(item["net"]),
                tuple(
                    SettlementLine(line["payment"], line["kind"], Decimal(line["gross"]), Decimal(line["fee"]))
                    for line in item["lines"]
                ),
            )
            for item in answer["settlements"]
        ]

    def _call(self, method: str, path: str, fields: Mapping[str, str] | None = None, key: str = "") -> Any:
        if not self._url.startswith(("http://", "https://")):
            raise InputError(f"PAYMENT_URL {self._url!r} is no address", path="PAYMENT_URL", hint="http://…")
        request = urllib.request.Request(  # noqa: S310 - the address is the operator's own setting
            self._url + path,
            method=method,
            data=None if fields is None else json.dumps(fields).encode(),
            headers={
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise _error_of(error.code, error.read()) from error
        except (OSError, ValueError) as error:
            raise UnavailableError(f"the payment company does not answer: {error}", path=self._url) from error


def _error_of(status: int, body: bytes) -> EnergyError:
    try:
        message = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        message = body[:200].decode(errors="replace")
    return ERRORS.get(status, UnavailableError)(message or f"HTTP {status}", path="simulated payment company")
