"""Between which readings only the sum of what was counted is known: no price by the hour may take it for measured."""

from collections.abc import Sequence
from itertools import pairwise

from cloud_service.domain.metering.estimation.gap import SECOND_MS, index_gaps
from cloud_service.domain.metering.vee.series import RegisterReadings, RegisterRules
from cloud_service.domain.rating.spread_spans import SpreadSpan, without_short_holes
from common.reading import Kind, Quality


def spread_between(
    rules: RegisterRules, given: RegisterReadings, estimated: Sequence[SpreadSpan], time_ms: tuple[int, int]
) -> list[SpreadSpan]:
    """The spans, ascending, between readings that lie more than a step apart, without short holes.

    `estimated` are the runs of estimated steps of the register's days; `given` reaches from the last reading before
    the time to the first one after it.
    """
    if not len(given):
        return list(estimated)
    if rules.kind == Kind.INTERVAL:
        return without_short_holes(_cut(rules, given, estimated))
    gaps = index_gaps(rules, given, *time_ms, told_within_ms=0)
    return without_short_holes([(gap.start_ms, gap.end_ms) for gap in gaps if gap.known_energy])


def _cut(rules: RegisterRules, given: RegisterReadings, estimated: Sequence[SpreadSpan]) -> list[SpreadSpan]:
    """The runs cut where an interval that was read begins or ends."""
    usable = given.where(given.quality <= Quality.ESTIMATED)
    edges: set[int] = set(usable.at_ms.tolist())
    for at_ms, step_s in zip(usable.at_ms.tolist(), usable.step_s.tolist(), strict=True):
        edges.add(at_ms - (step_s or rules.step_s) * SECOND_MS)
    spans = []
    for start, end in estimated:
        inside = sorted(edge for edge in edges if start < edge < end)
        spans += list(pairwise((start, *inside, end)))
    return spans
