"""The gaps of a report's registers, the newest first, each with its cause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cloud_service.domain.metering.completeness import CollectionState, Completeness, Gap, cause_of
from cloud_service.domain.metering.energy.gap_causes import UNEXPLAINED, ExplainedGap, is_not_due
from cloud_service.domain.metering.energy.gap_runs import GapRun, HoledDays, gap_runs
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.store.database.session import Session
from cloud_service.store.metering import completeness
from cloud_service.store.metering.completeness import CollectedRegister
from cloud_service.store.metering.energy import gap_evidence, holed_days
from common.period import Span

GAPS_MAX = 200
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GapList:
    """The newest gaps, and how many there are in all."""

    gaps: tuple[ExplainedGap, ...]
    count: int


def energy_gaps(session: Session, windows: Iterable[RegisterWindow], now: datetime, *, most: int = GAPS_MAX) -> GapList:
    """The gaps of the windows; causes are looked for of those that are listed."""
    each = list(dict.fromkeys(windows))
    holed = holed_days.holed_days(session, each)
    runs = [
        (window, run)
        for window in each
        for run in gap_runs(window, holed.get(window.register.register_id, HoledDays()), now)
    ]
    newest = sorted(runs, key=lambda gap: (gap[1].after, gap[1].first), reverse=True)[:most]
    return GapList(tuple(_explained(session, newest, now)), len(runs)) if newest else GapList((), 0)


def _explained(
    session: Session, gaps: Sequence[tuple[RegisterWindow, GapRun]], now: datetime
) -> Iterable[ExplainedGap]:
    collected = _collected(session, gaps)
    causes = [_cause(session, collected.get(window.register.register_id), run) for window, run in gaps]
    visits = gap_evidence.unread_causes(
        session, [(window.register.register_id, run.first, run.after) for window, run in gaps]
    )
    gateways = [_gateway(collected.get(window.register.register_id)) for window, _run in gaps]
    refused = gap_evidence.refused_in(
        session, [(gateway, run.first, run.after) for gateway, (_window, run) in zip(gateways, gaps, strict=True)]
    )
    read_at = gap_evidence.last_readings(session, (window.register.register_id for window, _run in gaps))
    for place, (window, run) in enumerate(gaps):
        cause, why = causes[place], visits.get(place, "")
        if why and cause in UNEXPLAINED:
            cause = "not_read"
        elif cause == "no_file" and is_not_due(run, read_at.get(window.register.register_id, []), now):
            cause = "not_due"
        elif place in refused and cause in ("unknown", "gateway_silent"):
            cause = "message_refused"
        yield ExplainedGap(window, run, cause, why if cause == "not_read" else "")


def _collected(session: Session, gaps: Sequence[tuple[RegisterWindow, GapRun]]) -> dict[int, CollectedRegister]:
    first = min(run.first for _window, run in gaps).astimezone(UTC).date() - ONE_DAY
    last = max(run.after for _window, run in gaps).astimezone(UTC).date() + ONE_DAY
    meters = sorted({window.register.meter for window, _run in gaps})
    registers = completeness.collected_registers(session, Span(first, last + ONE_DAY), meters)
    return {register.state.register_id: register for register in registers}


def _gateway(register: CollectedRegister | None) -> str:
    return register.state.gateway if register else ""


def _cause(session: Session, register: CollectedRegister | None, run: GapRun) -> str:
    if register is None:
        return "unknown"
    state: CollectionState = register.state
    start_ms, end_ms = int(run.first.timestamp()) * 1000, int(run.after.timestamp()) * 1000
    gap = Gap(start_ms, end_ms, 1, cause_of(state, start_ms, end_ms))
    measured = Completeness(state, gaps=[gap])
    completeness.settle_gaps(session, measured, register.stream_id)
    return measured.gaps[0].cause
