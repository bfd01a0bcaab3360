"""Rated contracts and invoices with defaults, so that a test names only what it is about."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.billed_line import BilledLine, LineExplanation
from cloud_service.domain.invoicing.billing_account import BillingAccount, Buyer, Seller
from cloud_service.domain.pricing.rated_line import RatedLine, VatRate
from cloud_service.domain.rating.rated_contract import RatedContract, RatedContractFacts
from common.period import Span

MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))
NINETEEN = VatRate("S", Decimal(19))


def make_account(**changes: Any) -> BillingAccount:
    """A euro account of a German client."""
    fields: dict[str, Any] = {
        "account_id": 7, "entity_id": 3, "currency": "EUR", "terms_days": 14, "delivery": "email",
        "email": "m@example.com", "prepaid": False, "local_currency": "EUR", "timezone": "Europe/Berlin",
        "per_contract": False, "seller": Seller(name="Stadtwerk"), "buyer": Buyer(name="Müller", account="A-1"),
    }  # fmt: skip
    return BillingAccount(**fields | changes)


def make_rated_line(**changes: Any) -> RatedLine:
    """100 kWh at 0.30."""
    fields: dict[str, Any] = {
        "charge": "energy", "id": "energy", "label": "Energy", "utility": "electricity", "unit": "kWh",
        "tax_category": "", "path": "charges[0]", "start": MARCH.start, "end": MARCH.end, "quantity": Decimal(100),
        "price": Decimal("0.30"), "amount_unrounded": Decimal(30), "amount": Decimal("30.00"), "why": "100 × 0.30",
        "vat": NINETEEN,
    }  # fmt: skip
    return RatedLine(**fields | changes)


def make_billed_line(**changes: Any) -> BilledLine:
    """The same line on an invoice."""
    fields: dict[str, Any] = {
        "contract_id": 21, "charge": "energy", "label": "Energy", "quantity": Decimal(100), "unit": "kWh",
        "price": Decimal("0.30"), "amount_unrounded": Decimal(30), "amount": Decimal("30.00"), "tax_category": "S",
        "tax_rate": Decimal(19), "during": MARCH, "explanation": LineExplanation(why="100 × 0.30"),
    }  # fmt: skip
    return BilledLine(**fields | changes)


def make_rated_contract(net: str = "30.00", *lines: RatedLine, **changes: Any) -> RatedContract:
    """A March of contract 21, without taxes."""
    fields: dict[str, Any] = {
        "currency": "EUR", "start": MARCH.start, "end": MARCH.end, "lines": lines, "taxes": (), "max_demand_kw": None,
        "energy": 100_000, "net": Decimal(net), "tax": Decimal(0), "total": Decimal(net),
        "total_unrounded": Decimal(net), "contract": RatedContractFacts(id=21, number="V-21", account_id=7),
    }  # fmt: skip
    return RatedContract(**fields | changes)
