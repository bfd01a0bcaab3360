"""Everything an issued invoice says in one canonical form, and its hash: any later change of a row can be seen."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.record_json import to_json

FROZEN = (
    "kind", "number", "bill_date", "due_date", "start", "end", "currency", "net", "tax", "energy", "corrects_id",
    "reason", "seller", "buyer", "basis",
)  # fmt: skip
HASHED = ("contract_id", "charge", "label", "quantity", "unit", "price", "amount", "tax_category", "tax_rate")


def frozen(draft: Draft, number: str) -> dict[str, Any]:
    """Everything an issued invoice says, as plain values; seller, buyer and basis as the JSON that is stored."""
    return hashed_content(
        {
            "kind": draft.kind,
            "number": number,
            "bill_date": draft.bill_date,
            "due_date": draft.due_date,
            "start": draft.during.start,
            "end": draft.during.end,
            "currency": draft.account.currency,
            "net": draft.net,
            "tax": draft.tax,
            "energy": draft.energy,
            "corrects_id": draft.corrects_id,
            "reason": draft.reason,
            "seller": to_json(draft.account.seller),
            "buyer": to_json(draft.account.buyer),
            "basis": to_json(draft.basis),
        },
        draft.lines,
    )


def hashed_content(invoice: Mapping[str, Any], lines: Sequence[BilledLine]) -> dict[str, Any]:
    """What the hash covers, of a draft or of the row and lines read back (JSON columns as they are stored)."""
    return {key: _bare(invoice[key]) for key in FROZEN} | {
        "lines": [[_bare(getattr(line, key)) for key in HASHED] for line in lines]
    }


def _bare(value: Any) -> Any:
    """A decimal as people write it, so that the places a column adds make no difference."""
    return plain(value) if isinstance(value, Decimal) else value


def content_hash(draft: Draft, number: str) -> bytes:
    """SHA-256 (32 bytes) over all that is frozen."""
    return canonical_hash(frozen(draft, number))


def canonical_hash(content: Mapping[str, Any]) -> bytes:
    """SHA-256 (32 bytes) of the canonical form."""
    return hashlib.sha256(canonical(content)).digest()


def canonical(content: Mapping[str, Any]) -> bytes:
    """Equal for equal content: JSON with sorted keys, no spaces, decimals without trailing zeros."""
    return _canonical(content)


_canonical = msgspec.json.Encoder(order="sorted").encode
