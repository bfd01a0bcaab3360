"""What is proposed for a gap: a rule with its figures, and the energy of each piece of time to the thousandth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

import msgspec

from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.shares import SECOND_MS, even_weights, shared
from cloud_service.domain.metering.vee.series import RegisterRules
from common.errors import InputError
from common.period import local_day
from common.reading import Kind, as_decimal


class EstimateRule(StrEnum):
    """How the energy of a gap, and its share of each piece of time, is told."""

    LAST_YEAR = "last_year"  # the same weekdays a year ago, times what the weeks before changed since
    SAME_WEEKDAYS = "same_weekdays"  # the same weekdays of the four weeks before and after
    DAILY_AVERAGE = "daily_average"  # the average of the last days that are known, evenly
    EVENLY = "evenly"  # the energy between two readings, by time alone
    STATED = "stated"  # a person states the energy; by time alone


class EstimateFigures(msgspec.Struct, frozen=True):
    """What a rule was worked out from."""

    days: int = 0  # known days that were looked at
    first: date | None = None
    last: date | None = None
    a_day: int | None = None  # thousandths of the unit
    factor: Decimal | None = None  # what a year ago is multiplied with


NOTHING_LOOKED_AT = EstimateFigures()


@dataclass(frozen=True, slots=True)
class EstimateProposal:
    """An estimate as it would be kept. `values` are thousandths, one for the time between each two `instants`."""

    rule: EstimateRule
    gap: ReadingGap
    instants: Sequence[int]
    values: Sequence[int]
    figures: EstimateFigures = NOTHING_LOOKED_AT

    @property
    def total(self) -> int:
        """The energy of the gap, thousandths of the unit."""
        return sum(self.values)

    @property
    def is_known_already(self) -> bool:
        """Whether nothing would be stored: both indexes are known, and their difference is shared by time anyhow."""
        return self.gap.known_energy is not None and self.rule is EstimateRule.EVENLY

    def by_day(self, zone_name: str) -> dict[date, int]:
        """What it has of each local day."""
        days: dict[date, int] = {}
        for (start_ms, _end_ms), value in zip(pairwise(self.instants), self.values, strict=True):
            day = local_day(datetime.fromtimestamp(start_ms // SECOND_MS, UTC), zone_name)
            days[day] = days.get(day, 0) + value
        return days


def with_total(proposal: EstimateProposal, total: int) -> EstimateProposal:
    """The same shares of another total, which a person states; InputError where the indexes tell it already."""
    known_energy = proposal.gap.known_energy
    if known_energy is not None and known_energy != total:
        raise InputError(
            f"the two readings around the gap say {as_decimal(known_energy)}",
            path="total",
            hint="correct one of them instead",
        )
    weights = proposal.values if proposal.total else even_weights(proposal.instants)
    return replace(proposal, values=shared(total, weights))


def readings_of(proposal: EstimateProposal, rules: RegisterRules) -> list[tuple[int, int]]:
    """What is stored: the ends of steps with what was counted, or instants with what an index would have shown.

    Instants at which an index is known already are left to it.
    """
    if rules.kind == Kind.INTERVAL:
        return list(zip(proposal.instants[1:], proposal.values, strict=True))
    gap = proposal.gap
    if gap.before is None and gap.after is None:
        raise InputError("no index of this register is known", hint="enter its first reading, or the opening index")
    index = gap.before if gap.before is not None else (gap.after or 0) - proposal.total
    if index < 0:
        raise InputError(
            f"the register showed only {as_decimal(gap.after or 0)} after it", path="total", hint="estimate less"
        )
    indexes = [(proposal.instants[0], index)]
    for at_ms, value in zip(proposal.instants[1:], proposal.values, strict=True):
        index += value
        indexes.append((at_ms, index % rules.turn if rules.turn else index))
    return indexes[0 if gap.before is None else 1 : None if gap.after is None else -1]


def check_plausible(proposal: EstimateProposal, rules: RegisterRules) -> None:
    """Refuse what the meter cannot have counted in that time."""
    if proposal.total < 0:
        raise InputError("a register does not count below zero", path="total")
    most = rules.rate_max * proposal.gap.length_ms // 3_600_000
    if rules.rate_max and proposal.total > most:
        raise InputError(
            f"{as_decimal(proposal.total)} {rules.unit} is more than the meter can count in that time",
            path="total", hint=f"at most {as_decimal(most)}",
        )  # fmt: skip
