"""Ratchets: the billing demand of a month is at least a share of the highest of earlier months."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from cloud_service.domain.money import plain
from common.errors import InputError
from common.period import Span, add_months

MONTHS_OF_A_YEAR = 12
KEPT_MAX = 36  # months of peaks that are kept for a charge
Peaks = Sequence[tuple[date, Decimal]]


class Ratchet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Billing demand is at least a share of the highest of earlier months."""

    share: Annotated[Decimal | None, Meta(description="Share of an earlier month's demand, for example 0.8")] = None
    shares: Annotated[tuple[Decimal, ...], Meta(description="Twelve shares, by the month of the earlier demand")] = ()
    months: Annotated[int, Meta(ge=1, le=KEPT_MAX, description="How many months back")] = 11
    only_months: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=12)], ...], Meta(description="Months whose demand counts; none means all")
    ] = ()
    current_in_full: Annotated[bool, Meta(description="The month's own demand counts in full, not by its share")] = True

    def check(self, path: str) -> None:
        """Refuse a ratchet without a share for each month."""
        if (self.share is None) == (not self.shares):
            raise InputError("a ratchet has share or shares", path=path)
        if self.shares and len(self.shares) != MONTHS_OF_A_YEAR:
            raise InputError("shares are twelve, January first", path=f"{path}.shares")
        if any(share < 0 for share in self.shares) or (self.share is not None and self.share < 0):
            raise InputError("a share is not below 0", path=path)

    def share_of(self, month: int) -> Decimal:
        """The share of a demand of that calendar month."""
        if self.shares:
            return self.shares[month - 1]
        return self.share if self.share is not None else Decimal(0)

    def weights(self, first: date, cycle_day: int) -> dict[date, Decimal]:
        """For the days on which an earlier month that counts may have begun, their shares.

        Every day is one of them: the day on which billing months start may have changed since.
        """
        return _weights(self, first, cycle_day)


@lru_cache(maxsize=1024)
def _weights(ratchet: Ratchet, first: date, cycle_day: int) -> dict[date, Decimal]:
    days = Span(add_months(first, -ratchet.months, cycle_day), first)
    counted = (day for day in days if not ratchet.only_months or day.month in ratchet.only_months)
    return {day: ratchet.share_of(day.month) for day in counted}


def raised(demand: Decimal, peaks: Peaks, weights: dict[date, Decimal]) -> tuple[Decimal, tuple[date, Decimal] | None]:
    """The demand, or the share of an earlier one that is higher, with that earlier one."""
    best, reason = demand, None
    for peak in peaks:
        weight = weights.get(peak[0])
        if weight is not None and peak[1] * weight > best:
            best, reason = peak[1] * weight, peak
    return best, reason


def explain(reason: tuple[date, Decimal] | None, weights: dict[date, Decimal], unit: str) -> str:
    """The ratchet in words."""
    if reason is None:
        return ""
    return f", ratchet: {plain(weights[reason[0]])} of {plain(reason[1])} {unit} in {reason[0]:%Y-%m}"


def peaks_of(peaks_by_name: Mapping[str, Peaks], name: str) -> Peaks:
    """The peaks of earlier months under a name; a charge for all hours knows those kept by period (`name/period`)."""
    names = [candidate for candidate in peaks_by_name if candidate == name or candidate.startswith(f"{name}/")]
    if names == [name] or not names:
        return peaks_by_name.get(name, ())
    highest: dict[date, Decimal] = {}
    for first, demand in (peak for candidate in names for peak in peaks_by_name[candidate]):
        highest[first] = max(demand, highest.get(first, demand))
    return tuple(sorted(highest.items()))


def remember(peaks: Peaks, first: date, demand: Decimal) -> tuple[tuple[date, Decimal], ...]:
    """The peaks with this month's; a month that was cut in two keeps the higher."""
    if peaks and peaks[-1][0] == first:
        return (*peaks[:-1], (first, max(demand, peaks[-1][1])))
    return (*peaks[-KEPT_MAX + 1 :], (first, demand))
