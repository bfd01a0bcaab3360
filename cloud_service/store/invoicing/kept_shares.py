"""Shares of common costs that were kept as waiting lines: which days a split has shared, and taking them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.period import Span


@dataclass(frozen=True, slots=True)
class KeptShare:
    """A member's share of some days; `bill` is the number of the live bill that it stands on, or nothing."""

    id: int
    contract: str
    start: date
    end: date  # exclusive: the days that were shared, of which the member may have had a part
    amount: Decimal
    currency: str
    bill: str


@dataclass(frozen=True, slots=True)
class KeptSharing:
    """The shares of one cost: when they were kept, and whether they can still be taken back."""

    split_id: int
    span: Span
    currency: str
    total: Decimal  # of what members pay; the owner's days are on no bill
    shares: tuple[KeptShare, ...]

    @property
    def bills(self) -> list[str]:
        """The numbers of the bills that its shares stand on."""
        return sorted({share.bill for share in self.shares if share.bill})


_SHARES = """
    SELECT l.id, k.number AS contract, split_part(l.business_key, ':', 3)::date AS start,
           split_part(l.business_key, ':', 4)::date AS end, l.amount, l.currency, coalesce(i.number, '') AS bill
      FROM pending_line l
      JOIN contract k ON k.id = l.contract_id
      LEFT JOIN invoice i ON i.id = l.invoice_id
     WHERE l.business_key LIKE 'split:' || :split || ':%'
     ORDER BY 3 DESC, 4 DESC, l.id
"""
SHARES, SHARES_LOCKED = text(_SHARES), text(f"{_SHARES} FOR UPDATE OF l")
DROP = text("DELETE FROM pending_line WHERE id = ANY(:ids) AND invoice_id IS NULL RETURNING id")


def key_of(split_id: int, span: Span, contract: str) -> str:
    """The business key of a share: a contract has one of a sharing."""
    return f"split:{split_id}:{span.start}:{span.end}:{contract}"


def sharings(session: Session, split_id: int, *, locked: bool = False) -> list[KeptSharing]:
    """What a split has shared and was not taken back, the newest days first; `locked` until the transaction ends."""
    groups: dict[Span, list[KeptShare]] = {}
    for row in session.execute(SHARES_LOCKED if locked else SHARES, {"split": str(split_id)}).mappings():
        share = KeptShare(**row)
        groups.setdefault(Span(share.start, share.end), []).append(share)
    return [
        KeptSharing(
            split_id, span, shares[0].currency, sum((share.amount for share in shares), Decimal(0)), tuple(shares)
        )
        for span, shares in groups.items()
    ]


def drop(session: Session, shares: Sequence[KeptShare]) -> int:
    """Take back lines that stand on no bill; how many there were."""
    return len(session.execute(DROP, {"ids": [share.id for share in shares]}).all())
