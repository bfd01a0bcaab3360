"""Estimates for gaps: what a rule says of each gap of some registers, kept when a person or a billing run says so.

Values are kept as readings of quality estimated, with author, rule and figures. Actual readings of the same instants
count before them; withdrawn, they stay as evidence. Where no rule knows anything, nothing is made up: a person says it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from cloud_service.domain.metering.estimation import proposal as proposing
from cloud_service.domain.metering.estimation import rules as estimate_rules
from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.estimation.proposal import EstimateProposal, EstimateRule
from cloud_service.domain.metering.vee.series import RegisterRules
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days, imported_files, known_indexes, meter_data_files, readings
from cloud_service.store.metering.estimation import estimable_registers, estimates, reference_days, register_gaps
from cloud_service.store.metering.estimation.estimable_registers import EstimableRegister, GapTenant
from cloud_service.store.metering.known_indexes import RestingBill
from cloud_service.store.metering.readings import ReadingColumns
from common.errors import ConflictError, InputError
from common.period import local_day
from common.reading import Quality, as_decimal, thousandths

NEAR, YEAR = estimate_rules.LOOK_BACK, estimate_rules.YEAR
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RegisterGap:
    """A gap of a register with what can be said of it, the best rule first, and what rests on its days."""

    register: EstimableRegister
    rules: RegisterRules
    gap: ReadingGap
    offered: Sequence[EstimateProposal]
    bills: Sequence[RestingBill]
    tenants: Sequence[GapTenant]

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return instant(self.gap.start_ms)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return instant(self.gap.end_ms)

    @property
    def is_told_already(self) -> bool:
        """Whether the readings around it say its energy and no rule knows its shape: there is nothing to estimate."""
        return bool(self.offered) and self.offered[0].is_known_already

    @property
    def key(self) -> str:
        """What a form or a person names it by, as long as it is the same gap."""
        return f"{self.register.id}-{self.gap.start_ms}-{self.gap.end_ms}"


def instant(at_ms: int) -> datetime:
    """Milliseconds since 1970 as an instant."""
    return EPOCH + timedelta(milliseconds=at_ms)


def gaps_of(session: Session, registers: Sequence[EstimableRegister], now: datetime) -> Iterator[RegisterGap]:
    """The gaps of registers in the time that each is asked for, up to now, with what rests on them."""
    for register in registers:
        rules, missing = register_gaps.gaps(session, register.id, register.start, min(register.end, now))
        for gap in missing:
            start, end = instant(gap.start_ms), instant(gap.end_ms)
            yield RegisterGap(
                register,
                rules,
                gap,
                _offered(session, rules, gap),
                known_indexes.resting_bills(session, register.id, start, end) if register.billed else (),
                estimable_registers.tenants(session, register.id, start, end),
            )


def _offered(session: Session, rules: RegisterRules, gap: ReadingGap) -> list[EstimateProposal]:
    start, end = instant(gap.start_ms), instant(gap.end_ms)
    first, after = local_day(start, rules.zone), local_day(end - timedelta(milliseconds=1), rules.zone) + DAY
    days = reference_days.reference_days(
        session, rules.id, (start, end), (first - NEAR, after + NEAR), (first - YEAR - NEAR, after - YEAR)
    )
    return estimate_rules.proposals(gap, rules, days)


def chosen(gap: RegisterGap, rule: EstimateRule | None = None, total: Decimal | None = None) -> EstimateProposal:
    """What is to be kept: by a rule or the best one, of a total that a person states if there is one."""
    proposed = estimate_rules.best_of(gap.offered, None if rule is EstimateRule.STATED else rule)
    stated = None if total is None else thousandths(total, "total")
    if rule is EstimateRule.STATED or (proposed is None and rule is None):
        if stated is None:
            raise InputError(
                f"nothing is known from which {gap.register.meter} {gap.register.name} could be estimated",
                path="total", hint="state the energy of the gap",
            )  # fmt: skip
        proposal = estimate_rules.stated(gap.gap, gap.rules, stated)
    elif proposed is None:
        raise InputError(f"the rule {rule} has nothing to go by here", path="rule", hint=_rules_offered(gap))
    else:
        proposal = proposed if stated is None else proposing.with_total(proposed, stated)
    proposing.check_plausible(proposal, gap.rules)
    return proposal


def _rules_offered(gap: RegisterGap) -> str:
    return ", ".join([*(proposal.rule for proposal in gap.offered), EstimateRule.STATED])


def keep(
    session: Session, gap: RegisterGap, proposal: EstimateProposal, *, author: str, reason: str, now: datetime,
    confirmed: bool = True,
) -> int:  # fmt: skip
    """Store an estimate; its id. Its days are made anew by validation."""
    if not reason.strip() or not author.strip():
        raise InputError("an estimate needs an author and a reason", path="reason")
    points = proposing.readings_of(proposal, gap.rules)
    if not points:
        raise ConflictError("there is nothing to estimate: the readings around it say its energy", code="known_already")
    meter_data_files.lock_imports(session)
    _refuse_twice(session, gap)
    estimate_id = _as_import(session, gap, author, reason)
    rows, note = _over_withdrawn(session, _rows(points, proposal, gap, estimate_id), gap, author, reason)
    readings.insert(session, rows)
    meter_data_files.count_rows(session, estimate_id, len(rows))
    imported_files.note_registers(
        session, estimate_id, [gap.register.id], instant(points[0][0]), instant(points[-1][0])
    )
    said = estimate_rules.best_of(gap.offered, proposal.rule)
    differs = said is not None and said.total != proposal.total
    estimates.add(
        session, estimate_id, proposal, register_id=gap.register.id, proposed=said.total if said and differs else None,
        note=note,
    )  # fmt: skip
    if confirmed:
        estimates.confirm(session, [estimate_id], author, now)
    dirty_days.mark_dirty(session, rows, {gap.register.id: gap.rules.zone})
    _note(session, gap, proposal, author=author, reason=reason, estimate=estimate_id)
    return estimate_id


def _refuse_twice(session: Session, gap: RegisterGap) -> None:
    earlier = estimates.overlapping(session, gap.register.id, gap.start, gap.end)
    if earlier is not None:
        raise ConflictError(
            f"estimate {earlier} speaks of this time already",
            code="estimated_already", hint="its days are made within a minute; or withdraw it first",
        )  # fmt: skip


def _as_import(session: Session, gap: RegisterGap, author: str, reason: str) -> int:
    digest = hashlib.sha256(f"estimate {gap.key}".encode()).digest()
    estimate_id = meter_data_files.begin_import(
        session, sha256=digest, name=reason, format_name=estimates.FORMAT, author=author, reason=reason
    )
    if estimate_id is None:
        raise ConflictError("this gap is estimated already", code="estimated_already")
    return estimate_id


def _rows(
    points: Sequence[tuple[int, int]], proposal: EstimateProposal, gap: RegisterGap, estimate_id: int
) -> ReadingColumns:
    size = len(points)
    steps = {end: (end - start) // 1000 for start, end in zip(proposal.instants, proposal.instants[1:], strict=False)}
    is_interval = gap.rules.kind == "interval"
    return ReadingColumns(
        register_id=np.full(size, gap.register.id, dtype=np.int64),
        at_ms=np.array([at_ms for at_ms, _value in points], dtype=np.int64),
        value=np.array([value for _at_ms, value in points], dtype=np.int64),
        quality=np.full(size, Quality.ESTIMATED, dtype=np.int16),
        time_quality=np.zeros(size, dtype=np.int16),
        source=np.full(size, -estimate_id, dtype=np.int64),
        sequence=np.arange(1, size + 1, dtype=np.int64),
        step_s=np.array([steps[at_ms] if is_interval else 0 for at_ms, _value in points], dtype=np.int32),
    )


def _over_withdrawn(
    session: Session, rows: ReadingColumns, gap: RegisterGap, author: str, reason: str
) -> tuple[ReadingColumns, int | None]:
    """Where a person took a reading back, the estimate is an entry by hand too: else nothing would count there."""
    hidden = estimates.taken_back(session, gap.register.id, gap.start, gap.end)
    by_hand = np.isin(rows.at_ms, np.array(hidden, dtype=np.int64))
    if not by_hand.any():
        return rows, None
    note = readings.add_note(session, author, reason)
    source, sequence = np.where(by_hand, 0, rows.source), np.where(by_hand, note, rows.sequence)
    return replace(rows, source=source, sequence=sequence), note


def _note(session: Session, gap: RegisterGap, proposal: EstimateProposal, **said: Any) -> None:
    log.note(
        session, said.pop("author"), "reading.estimate", f"register:{gap.register.id}", reason=said.pop("reason"),
        meter=gap.register.meter, register=gap.register.name, start=gap.start.isoformat(), end=gap.end.isoformat(),
        rule=str(proposal.rule), total=str(as_decimal(proposal.total)), **said,
    )  # fmt: skip
