"""The parts of a common cost: who was there for some of the days only has the part of these days.

What meters counted is of the days anyway. The parts sum to the cost, to the last cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloud_service.domain.invoicing.cost_allocation import CostSplit, SharingBasis, largest_remainder
from cloud_service.domain.invoicing.cost_stays import Stay
from cloud_service.domain.money import plain
from common.errors import InputError
from common.period import Span

UNITS = {"area": "m²", "persons": "persons", "fixed": "shares", "equal": "units"}


@dataclass(frozen=True, slots=True)
class CostShare:
    """The part of some days of a member's flat, and how it came about."""

    contract: str  # nothing: it stays with the owner, on no bill
    amount: Decimal
    why: str
    place: str
    span: Span  # the days that it is for


def split(document: CostSplit, total: Decimal, stays: Sequence[Stay], span: Span) -> list[CostShare]:
    """The part of the total of each stay: by its measure times its days, or by what its meters counted."""
    stays = [stay for stay in stays if document.empty_days == "owner" or not stay.note]
    pots = largest_remainder(total, [component.weight for component in document.components], document.currency)
    amounts = [Decimal(0)] * len(stays)
    reasons: list[list[str]] = [[] for _ in stays]
    for component, pot in zip(document.components, pots, strict=True):
        weights = [_weight(component.by, stay) for stay in stays]
        shares = largest_remainder(pot, weights, document.currency)
        texts = _texts(component.by, stays, span, weights)
        for n, (share, text) in enumerate(zip(shares, texts, strict=True)):
            amounts[n] += share
            reasons[n].append(f"{plain(pot)} × {text} = {plain(share)}")
    head = f"{document.label}: {plain(total)} {document.currency} shared"
    return [
        CostShare(stay.number, amount, f"{head}: {'; '.join(why)}{_note(stay)}", stay.place, stay.span)
        for stay, amount, why in zip(stays, amounts, reasons, strict=True)
        if amount or stay.number
    ]


def _note(stay: Stay) -> str:
    return f" ({stay.note})" if stay.note else ""


def _weight(by: SharingBasis, stay: Stay) -> Decimal:
    if by == "consumption":
        if stay.used is None:
            raise InputError(f"the consumption of contract {stay.number} is not known", path="members")
        return stay.used
    measure: Decimal = Decimal(1) if by == "equal" else getattr(stay.member, by)
    return measure * stay.span.days


def _texts(by: SharingBasis, stays: Sequence[Stay], span: Span, weights: Sequence[Decimal]) -> list[str]:
    """The weights in words: in days only where somebody was not there all the time."""
    whole = sum(weights, Decimal(0))
    if by == "consumption":
        units = {stay.unit for stay in stays if stay.unit}
        return [f"{plain(weight)} of {plain(whole)} {'/'.join(sorted(units))}".rstrip() for weight in weights]
    if all(stay.span == span for stay in stays):
        return [f"{plain(weight / span.days)} of {plain(whole / span.days)} {UNITS[by]}" for weight in weights]
    return [
        f"{plain(weight)} of {plain(whole)} {UNITS[by]} × days ({stay.span.days} of {span.days} days)"
        for stay, weight in zip(stays, weights, strict=True)
    ]
