"""Common costs become lines on the next bills of those who share them; the same period is never shared twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.cost_allocation import CostShare, CostSplit, difference_cost, load_split, split
from cloud_service.domain.invoicing.pending_lines import WaitingLine, WaitingTax
from cloud_service.domain.money import round_money
from cloud_service.domain.pricing.rated_line import shortest
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import cost_splits, pending_lines
from cloud_service.store.invoicing.pending_lines import NewLine
from common.errors import ConflictError, InputError
from common.period import Span


@dataclass(frozen=True, slots=True)
class SharedCost:
    """What was shared out."""

    name: str
    total: Decimal
    shares: tuple[CostShare, ...]


def store_split(session: Session, entity_id: int, name: str, document: Mapping[str, Any], *, author: str) -> int:
    """Keep a checked document under a name."""
    members = load_split(document).members
    cost_splits.contract_ids(session, entity_id, [member.contract for member in members])
    split_id = cost_splits.put_split(session, entity_id, name, dict(document), author)
    log.note(session, author, "split.store", f"cost_split:{split_id}", name=name, document=dict(document))
    return split_id


def share_out(
    session: Session, split_id: int, span: Span, cost: Decimal, *, author: str, dry_run: bool = False
) -> SharedCost:
    """Share a cost of some days between the members; each part waits as a line for the member's next bill."""
    stored = cost_splits.get_split(session, split_id)
    document = load_split(stored.document)
    if cost != round_money(cost, document.currency):
        raise InputError(f"{cost} is no whole amount of {document.currency}", path="cost")
    contracts = cost_splits.contract_ids(
        session, stored.legal_entity_id, [member.contract for member in document.members]
    )
    used = _consumption(session, document, contracts, span)
    total = _total(session, document, span, cost, used)
    shares = split(document, total, used)
    if not dry_run:
        _keep_lines(session, document, contracts, split_id=split_id, span=span, shares=shares, author=author)
        log.note(
            session, author, "split.share", f"cost_split:{split_id}", start=span.start.isoformat(),
            end=span.end.isoformat(), total=format(total, "f"),
            shares={share.contract: format(share.amount, "f") for share in shares},
        )  # fmt: skip
    return SharedCost(stored.name, total, tuple(shares))


def _consumption(session: Session, document: CostSplit, contracts: Mapping[str, int], span: Span) -> dict[str, Decimal]:
    if not document.only_difference and all(component.by != "consumption" for component in document.components):
        return {}
    counted = cost_splits.consumption(session, list(contracts.values()), span)
    return {number: counted.get(id_, Decimal(0)) for number, id_ in contracts.items()}


def _total(session: Session, document: CostSplit, span: Span, cost: Decimal, used: Mapping[str, Decimal]) -> Decimal:
    if not document.only_difference:
        return cost
    master = cost_splits.point_consumption(session, document.master, span)
    return difference_cost(cost, master, sum(used.values(), Decimal(0)), document.currency)


def _keep_lines(
    session: Session,
    document: CostSplit,
    contracts: Mapping[str, int],
    *,
    split_id: int,
    span: Span,
    shares: list[CostShare],
    author: str,
) -> None:  # fmt: skip
    lines = [
        NewLine(
            contracts[share.contract],
            f"split:{split_id}:{span.start}:{span.end}:{share.contract}",
            document.currency,
            waiting_line(document, share, span),
        )
        for share in shares
        if share.amount
    ]
    written = pending_lines.add(session, lines, reason=document.label, author=author)
    if written != len(lines):
        raise ConflictError(f"{len(lines) - written} shares of these days were written before")


def waiting_line(document: CostSplit, share: CostShare, span: Span) -> WaitingLine:
    """A member's share as a line of the next invoice."""
    tax = document.tax
    return WaitingLine(
        charge="share", id="share", label=document.label, utility="", unit="", tax_category=tax.name if tax else "",
        path="", start=span.start, end=span.end, quantity=Decimal(1), price=share.amount,
        amount_unrounded=share.amount, amount=share.amount, why=share.why,
        tax=WaitingTax(name=tax.name, label=tax.label, category=tax.category, percent=shortest(tax.percent))
        if tax
        else None,
    )  # fmt: skip
