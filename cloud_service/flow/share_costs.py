"""Common costs become lines on the next bills of those who share them; the same period is never shared twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.cost_allocation import CostSplit, difference_cost, load_split
from cloud_service.domain.invoicing.cost_shares import CostShare, split
from cloud_service.domain.invoicing.cost_stays import PlacedContract, Stay, stays_of
from cloud_service.domain.invoicing.pending_lines import WaitingLine, WaitingTax
from cloud_service.domain.money import round_money
from cloud_service.domain.pricing.rated_line import shortest
from cloud_service.domain.rating.consumption import Consumption
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import cost_splits, kept_shares, pending_lines
from cloud_service.store.invoicing.kept_shares import KeptSharing
from cloud_service.store.invoicing.pending_lines import NewLine
from cloud_service.store.invoicing.place_consumption import MeasuredPlace, consumption_at
from cloud_service.store.lookups.ids_by_name import point_id
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span

SHOWN = 5  # of those whose readings are missing


@dataclass(frozen=True, slots=True)
class SharedCost:
    """What was shared out; shares without a contract stay with the owner, on no bill."""

    name: str
    total: Decimal
    currency: str
    shares: tuple[CostShare, ...]


def store_split(session: Session, entity_id: int, name: str, document: Mapping[str, Any], *, author: str) -> int:
    """Keep a checked document under a name."""
    checked = load_split(document)
    _members(session, entity_id, checked)
    split_id = cost_splits.put_split(session, entity_id, name, dict(document), author)
    log.note(session, author, "split.store", f"cost_split:{split_id}", name=name, document=dict(document))
    return split_id


def places_of(session: Session, split_id: int) -> list[int]:
    """The service points whose meters a split may share by: of its members, and the master meter's."""
    stored = cost_splits.get_split(session, split_id)
    document = load_split(stored.document)
    places = {member.point_id for member in _members(session, stored.legal_entity_id, document)}
    if document.only_difference:
        places.add(point_id(session, document.master, Scope(entities=frozenset({stored.legal_entity_id}))))
    return sorted(places)


def share_out(
    session: Session, split_id: int, span: Span, cost: Decimal, *, author: str, dry_run: bool = False
) -> SharedCost:
    """Share a cost of some days between those who were there; each part waits as a line for the next bill."""
    stored = cost_splits.get_split(session, split_id)
    document = load_split(stored.document)
    if cost != round_money(cost, document.currency):
        raise InputError(f"{cost} is no whole amount of {document.currency}", path="cost")
    members = _members(session, stored.legal_entity_id, document)
    _refuse_shared_before(session, split_id, span)
    neighbours = cost_splits.neighbours_of(session, members, span)
    _refuse_other_currencies([other for other in neighbours if other.vacancy], document)
    stays = stays_of(list(zip(document.members, members, strict=True)), neighbours, span)
    if document.empty_days == "members" and not document.only_difference:
        stays = [stay for stay in stays if not stay.note]
    total = cost
    if document.only_difference or any(component.by == "consumption" for component in document.components):
        stays = _measured(session, stays)
    if document.only_difference:
        master = point_id(session, document.master, Scope(entities=frozenset({stored.legal_entity_id})))
        total = _difference(session, document, MeasuredPlace(master, span), cost, stays)
    shares = split(document, total, stays, span)
    if not dry_run:
        _keep_lines(session, document, stays, split_id=split_id, span=span, shares=shares, author=author)
        log.note(
            session, author, "split.share", f"cost_split:{split_id}", start=span.start.isoformat(),
            end=span.end.isoformat(), total=format(total, "f"),
            shares={f"{share.contract or 'owner'} {share.span.start}": format(share.amount, "f") for share in shares},
        )  # fmt: skip
    return SharedCost(stored.name, total, document.currency, tuple(shares))


def take_back(session: Session, split_id: int, span: Span, *, author: str, reason: str = "") -> KeptSharing:
    """A cost was shared wrongly: its lines are gone, its days can be shared again. Billed ones are credited first."""
    stored = cost_splits.get_split(session, split_id)
    kept_before = kept_shares.sharings(session, split_id, locked=True)
    sharing = next((each for each in kept_before if each.span == span), None)
    if sharing is None:
        raise NotFoundError(f"{stored.name} has shared nothing from {span.start} to {span.end}", path="from")
    if sharing.bills:
        raise ConflictError(
            f"its shares stand on {', '.join(sharing.bills)}", code="billed",
            hint="credit these bills first, on their pages or by `energy-cloud correct credit`",
        )  # fmt: skip
    if kept_shares.drop(session, sharing.shares) != len(sharing.shares):
        raise ConflictError("its shares are being billed at this moment", hint="look at the bills, then try again")
    amounts = {share.contract: format(share.amount, "f") for share in sharing.shares}
    before = {"start": span.start.isoformat(), "end": span.end.isoformat(), "shares": amounts}
    log.record(session, [log.AuditChange(author, "split.take_back", f"cost_split:{split_id}", before, {}, reason)])
    return sharing


def _members(session: Session, entity_id: int, document: CostSplit) -> list[PlacedContract]:
    """The contracts of the members, all in the currency of the split."""
    members = cost_splits.members_of(session, entity_id, [member.contract for member in document.members])
    _refuse_other_currencies(members, document)
    return members


def _refuse_other_currencies(contracts: Sequence[PlacedContract], document: CostSplit) -> None:
    for contract in contracts:
        if contract.currency != document.currency:
            raise InputError(
                f"contract {contract.number} is billed in {contract.currency}, the cost is in {document.currency}",
                path="members", hint="a split for each currency",
            )  # fmt: skip


def _refuse_shared_before(session: Session, split_id: int, span: Span) -> None:
    for sharing in kept_shares.sharings(session, split_id):
        if sharing.span.overlap(span):
            raise ConflictError(
                f"shares of {sharing.span.start} to {sharing.span.end} "
                f"({sharing.total.normalize():f} {sharing.currency}) were"
                " written before",
                path="from", hint="take that sharing back first, or share other days",
            )  # fmt: skip


def _measured(session: Session, stays: Sequence[Stay]) -> list[Stay]:
    """The stays with what their meters counted; those who lack readings are named, all of them."""
    places = [MeasuredPlace(stay.point_id, stay.span, empty=bool(stay.note)) for stay in stays]
    measured, refused = [], []
    for stay, consumption in zip(stays, consumption_at(session, places), strict=True):
        if isinstance(consumption, Consumption):
            measured.append(replace(stay, used=consumption.quantity, unit=consumption.unit))
        else:
            refused.append(f"{stay.title}: {consumption.message}")
    if refused:
        more = f"; and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
        raise InputError(
            f"not all has been read: {'; '.join(refused[:SHOWN])}{more}", path="members", code="missing_days",
            hint="read, import or estimate it, then share again",
        )  # fmt: skip
    units = sorted({stay.unit for stay in measured if stay.unit})
    if len(units) > 1:
        raise InputError(f"the members' meters count in {' and '.join(units)}", path="members")
    return measured


def _difference(
    session: Session, document: CostSplit, master: MeasuredPlace, cost: Decimal, stays: Sequence[Stay]
) -> Decimal:
    """The part of the cost for what the master meter counted beyond all flats of the members."""
    (counted,) = consumption_at(session, [master])
    if isinstance(counted, InputError):
        raise InputError(f"{document.master}: {counted.message}", path="master", hint=counted.hint)
    if counted.unit not in {stay.unit for stay in stays}:
        raise InputError(f"{document.master} counts in {counted.unit}, its members do not", path="master")
    members = sum((stay.used or Decimal(0) for stay in stays), Decimal(0))
    return difference_cost(cost, counted.quantity, members, document.currency)


def _keep_lines(
    session: Session,
    document: CostSplit,
    stays: Sequence[Stay],
    *,
    split_id: int,
    span: Span,
    shares: Sequence[CostShare],
    author: str,
) -> None:  # fmt: skip
    contracts = {stay.contract.number: stay.contract.id for stay in stays if stay.contract}
    lines = [
        NewLine(
            contracts[share.contract], kept_shares.key_of(split_id, span, share.contract), document.currency,
            waiting_line(document, share),
        )
        for share in shares
        if share.amount and share.contract
    ]  # fmt: skip
    written = pending_lines.add(session, lines, reason=document.label, author=author)
    if written != len(lines):
        raise ConflictError(f"{len(lines) - written} shares of these days were written before")


def waiting_line(document: CostSplit, share: CostShare) -> WaitingLine:
    """A member's share as a line of the next invoice."""
    tax = document.tax
    return WaitingLine(
        charge="share", id="share", label=document.label, utility="", unit="", tax_category=tax.name if tax else "",
        path="", start=share.span.start, end=share.span.end, quantity=Decimal(1), price=share.amount,
        amount_unrounded=share.amount, amount=share.amount, why=share.why,
        tax=WaitingTax(name=tax.name, label=tax.label, category=tax.category, percent=shortest(tax.percent))
        if tax
        else None,
    )  # fmt: skip
