"""Invoices before they have a number: rated contracts put together, taxes summed, everything frozen and hashed.

Rated contracts travel as the plain values that `rated_facts` makes, because that is how a billing run keeps them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cloud_service.domain.money import plain
from cloud_service.domain.pricing.priced_lines import PricedLine, RatingResult
from cloud_service.domain.pricing.tax import applies, rate_on
from cloud_service.domain.rating.combined import is_coin, join
from cloud_service.domain.tariffs.charge_periods import versions_in
from cloud_service.domain.tariffs.tariff import Tariff
from common.period import Span

HUNDRED = Decimal(100)
PLACES = -12
TWELFTH = Decimal(1).scaleb(PLACES)
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BillingAccount:
    """Who pays and who is paid, as they are on the day of issue."""

    account_id: int
    entity_id: int
    currency: str
    terms_days: int
    delivery: str
    email: str
    prepaid: bool
    local_currency: str
    timezone: str
    per_contract: bool
    seller: Facts
    buyer: Facts


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice or credit note without its number; `lines` are rows for the invoice's lines in their order."""

    kind: str
    party: BillingAccount
    spans: tuple[tuple[int, Span], ...]  # contract, billed days
    during: Span
    bill_date: date
    due_date: date
    lines: tuple[Facts, ...]
    net: Decimal
    tax: Decimal
    energy: int
    basis: Facts
    local_rate: Decimal = Decimal(1)
    corrects_id: int | None = None
    reason: str = ""
    items: tuple[int, ...] = ()  # billing items it settles
    pending: tuple[int, ...] = field(default=())  # pending lines it takes up
    income: str = "revenue"  # the ledger account of the net: revenue, fees, interest

    @property
    def total(self) -> Decimal:
        """What is due."""
        return self.net + self.tax


def rated_facts(rated: RatingResult, tariff: Tariff) -> Facts:
    """A rating as plain values, each line with the VAT category and rate that apply to it."""
    facts = rated.as_json()
    for line, plain_line in zip(rated.lines, facts["lines"], strict=True):
        plain_line["vat"] = _vat(line, tariff)
    cash = versions_in(tariff, rated.span)[-1].document.rounding.cash
    return facts if cash is None else facts | {"cash": plain(cash)}


def _vat(line: PricedLine, tariff: Tariff) -> list[str]:
    """Category and percent of the VAT on the line, on its days: ["S", "19"], or ["O", "0"] without any.

    A levy that is part of another tax's base is no VAT.
    """
    for version in tariff.versions:
        if version.start <= line.head.start < version.until:
            due = {index: tax for index, tax in enumerate(version.document.taxes) if applies(tax, line)}
            levies = {name for tax in due.values() for name in tax.also_on}
            for index, tax in due.items():
                if tax.name not in levies:
                    return [tax.category, plain(rate_on(tax, line.head.start, f"taxes[{index}]"))]
    return ["O", "0"]


def draft(party: BillingAccount, items: Sequence[Facts], bill_date: date, *, local_rate: Decimal = Decimal(1)) -> Draft:
    """One invoice of an account for one or more rated contracts (facts with `contract`, `sources`, `usage`)."""
    whole = join([dict(item) | {"contract_id": item["contract"]["id"]} for item in items])
    lines = [
        line_row(line, item["contract"]["id"], several=len(items) > 1, place=item["contract"]["point"])
        for item in items
        for line in item["lines"]
        if len(items) == 1 or not is_coin(line)
    ]
    lines += [line_row(line, None) for line in whole["lines"] if len(items) > 1 and is_coin(line)]
    return Draft(
        kind="invoice",
        party=party,
        spans=tuple((item["contract"]["id"], _span(item)) for item in items if item.get("bills_days", True)),
        during=_span(whole),
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=party.terms_days),
        lines=tuple(lines),
        net=Decimal(whole["net"]),
        tax=Decimal(whole["tax"]),
        energy=int(whole["energy"]),
        basis={"contracts": [_basis(item) for item in items], "taxes": whole["taxes"], "usage": _usage(items)},
        local_rate=local_rate,
        items=tuple(item["item_id"] for item in items if "item_id" in item),
        pending=tuple(id_ for item in items for id_ in item.get("pending", ())),
    )


def _span(facts: Facts) -> Span:
    return Span(date.fromisoformat(facts["start"]), date.fromisoformat(facts["end"]))


def _basis(item: Facts) -> Facts:
    kept = ("contract", "start", "end", "energy", "max_demand_kw", "net", "history", "sources", "usage", "rated_at")
    return {key: item[key] for key in kept if key in item}


def _usage(items: Sequence[Facts]) -> list[list[Any]]:
    """Energy by month of all contracts together, for the chart: [first day of the month, thousandths]."""
    months: dict[str, int] = {}
    for item in items:
        for month, energy in item.get("usage", ()):
            months[month] = months.get(month, 0) + int(energy)
    return [[month, months[month]] for month in sorted(months)]


def line_row(line: Facts, contract_id: int | None, *, several: bool = False, place: str = "") -> Facts:
    """A rated line as a row of the invoice; a line without a price is shown as one piece at its amount."""
    fixed = line["price"] is None
    category, percent = line.get("vat") or ("O", "0")
    return {
        "contract_id": contract_id,
        "charge": line["charge"],
        "label": f"{line['label']} · {place}" if several and place else line["label"],
        "quantity": Decimal(1) if fixed else _fit(line["quantity"]),
        "unit": line["unit"],
        "price": _fit(line["amount_unrounded"] if fixed else line["price"]),
        "amount_unrounded": _fit(line["amount_unrounded"]),
        "amount": Decimal(line["amount"]),
        "tax_category": category,
        "tax_rate": Decimal(percent),
        "during": Span(date.fromisoformat(line["start"]), date.fromisoformat(line["end"])),
        "explanation": {"why": line["why"], "path": line["path"], "id": line["id"], "utility": line["utility"]}
        | ({"quantity": line["quantity"]} if fixed else {}),
    }


def _fit(text: str) -> Decimal:
    """The number to the twelve places that a line stores; the explanation has all of them."""
    number = Decimal(text)
    return number.quantize(TWELFTH) if number.as_tuple().exponent < PLACES else number  # type: ignore[operator] # finite


def content_hash(draft: Draft, number: str) -> bytes:
    """SHA-256 over all that is frozen; any later change of the row can be seen."""
    return canonical_hash(frozen(draft, number))


def canonical_hash(facts: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(facts)).digest()


def frozen(draft: Draft, number: str) -> Facts:
    """Everything an issued invoice says, as plain values."""
    return stored_facts(
        {
            "kind": draft.kind,
            "number": number,
            "bill_date": draft.bill_date,
            "due_date": draft.due_date,
            "start": draft.during.start,
            "end": draft.during.end,
            "currency": draft.party.currency,
            "net": draft.net,
            "tax": draft.tax,
            "energy": draft.energy,
            "corrects_id": draft.corrects_id,
            "reason": draft.reason,
            "seller": draft.party.seller,
            "buyer": draft.party.buyer,
            "basis": draft.basis,
        },
        draft.lines,
    )


def stored_facts(invoice: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Facts:
    """What the hash covers, of a draft or of the rows read back."""
    return {key: _bare(invoice[key]) for key in FROZEN} | {
        "lines": [[_bare(line[key]) for key in HASHED] for line in lines]
    }


def _bare(value: Any) -> Any:
    """A decimal as people write it, so that the places a column adds make no difference."""
    return plain(value) if isinstance(value, Decimal) else value


FROZEN = (
    "kind", "number", "bill_date", "due_date", "start", "end", "currency", "net", "tax", "energy", "corrects_id",
    "reason", "seller", "buyer", "basis",
)  # fmt: skip
HASHED = ("contract_id", "charge", "label", "quantity", "unit", "price", "amount", "tax_category", "tax_rate")


def canonical(value: Mapping[str, Any]) -> bytes:
    """Equal for equal facts: sorted keys, no spaces, decimals without trailing zeros."""
    return _canonical(value)


_canonical = msgspec.json.Encoder(order="sorted").encode


def single_line(
    party: BillingAccount,
    *,
    charge: str,
    label: str,
    amount: Decimal,
    why: str,
    days: Span,
    bill_date: date,
    basis: Facts,
) -> Draft:
    """An invoice of one untaxed line that bills no days: a late fee, interest."""
    row = {
        "contract_id": None,
        "charge": charge,
        "label": label,
        "quantity": Decimal(1),
        "unit": "",
        "price": amount,
        "amount_unrounded": amount,
        "amount": amount,
        "tax_category": "O",
        "tax_rate": Decimal(0),
        "during": days,
        "explanation": {"why": why, "path": "", "id": charge, "utility": ""},
    }
    return Draft(
        kind="invoice",
        party=party,
        spans=(),
        during=days,
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=party.terms_days),
        lines=(row,),
        net=amount,
        tax=Decimal(0),
        energy=0,
        basis={"contracts": [], "taxes": [], "usage": []} | basis,
        income=charge if charge in ("fees", "interest") else "revenue",
    )
