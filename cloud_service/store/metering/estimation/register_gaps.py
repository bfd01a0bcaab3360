"""The gaps of a register as its readings and its finished days show them."""

from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.estimation import gap as gap_rules
from cloud_service.domain.metering.estimation.gap import ReadingGap
from cloud_service.domain.metering.vee.mount_indexes import with_indexes
from cloud_service.domain.metering.vee.series import Bytes, RegisterReadings, RegisterRules, readings
from cloud_service.store.metering import interval_days, reading_blocks, register_rules
from cloud_service.store.metering.reading_blocks import ReadingBlock
from common.period import day_bounds, intervals_in_day, local_day
from common.reading import Kind, Quality

CONTEXT = timedelta(days=3)  # readings of the days before tell which of the first ones is believed
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = text("""
SELECT day, step_s, qualities FROM interval_day WHERE register_id = :register AND day >= :first AND day <= :last
""")


def gaps(session: Session, register_id: int, start: datetime, end: datetime) -> tuple[RegisterRules, list[ReadingGap]]:
    """The rules of a register, and its gaps between two instants; of an index up to the readings around them."""
    rules = register_rules.rules_of(session, [register_id])[register_id]
    if not gap_rules.can_be_estimated(rules) or start >= end:
        return rules, []
    if rules.kind == Kind.INTERVAL:
        return rules, gap_rules.interval_gaps(rules, *_steps(session, rules, start, end))
    end_ms = _ms(end) // (rules.step_s * 1000) * rules.step_s * 1000  # up to the last step that is over
    gaps = gap_rules.index_gaps(rules, readings_around(session, rules, start, end), _ms(start), end_ms)
    return rules, [gap for gap in gaps if not _is_made(session, rules, gap)]


def _is_made(session: Session, rules: RegisterRules, gap: ReadingGap) -> bool:
    """Whether its days are finished with a measured value in every step, whatever readings are there."""
    first = local_day(EPOCH + timedelta(milliseconds=gap.start_ms), rules.zone)
    last = local_day(EPOCH + timedelta(milliseconds=gap.end_ms - 1), rules.zone)
    values = {"register": rules.id, "first": first, "last": last}
    measured_days = sum(
        max(bytes(row.qualities), default=Quality.MISSING) < Quality.ESTIMATED for row in session.execute(DAYS, values)
    )
    return measured_days == (last - first).days + 1


def readings_around(session: Session, rules: RegisterRules, start: datetime, end: datetime) -> RegisterReadings:
    """From the last reading before some context to the first ones after the end."""
    first_ms, last_ms = _ms(start - CONTEXT), _ms(end)
    within = _of_block(reading_blocks.readings_between(session, {rules.id: (first_ms, last_ms)}))
    after = _of_block(reading_blocks.readings_after(session, {rules.id: last_ms}))
    around = readings(
        *(np.concatenate(columns) for columns in zip(_columns(within), _columns(after), strict=True))  # type: ignore[arg-type]
    )
    finished = interval_days.last_finished_days(session, {rules.id: local_day(start - CONTEXT, rules.zone)})
    anchor = finished[rules.id].exit if rules.id in finished else None
    if anchor is not None:
        return with_indexes(around, [(anchor.at_ms, anchor.value)]) if anchor.at_ms < first_ms else around
    alone = _of_block(reading_blocks.readings_until(session, {rules.id: first_ms - 1}))
    return with_indexes(around, zip(alone.at_ms.tolist(), alone.value.tolist(), strict=True))


def _of_block(block: ReadingBlock) -> RegisterReadings:
    return RegisterReadings(block.at_ms, block.value, block.quality, block.step_s)


def _columns(given: RegisterReadings) -> tuple[object, ...]:
    return given.at_ms, given.value, given.quality, given.step_s


def _steps(session: Session, rules: RegisterRules, start: datetime, end: datetime) -> tuple[list[int], Bytes]:
    """The instants at which the steps between two instants begin, with the end, and the quality of each step."""
    first, last = local_day(start, rules.zone), local_day(end - timedelta(microseconds=1), rules.zone)
    values = {"register": rules.id, "first": first, "last": last}
    finished = {row.day: row for row in session.execute(DAYS, values)}
    grid: list[int] = []
    codes: list[Bytes] = []
    day = first
    while day <= last:
        row = finished.get(day)
        step_s = row.step_s if row else rules.step_s
        size = intervals_in_day(day, rules.zone, step_s)
        starts = _ms(day_bounds(day, rules.zone)[0]) + np.arange(size, dtype=np.int64) * step_s * 1000
        inside = (starts >= _ms(start)) & (starts + step_s * 1000 <= _ms(end))
        code = np.frombuffer(bytes(row.qualities), dtype=np.uint8) if row else np.full(size, Quality.MISSING, np.uint8)
        if inside.any():
            grid += starts[inside].tolist()
            codes.append(code[inside])
            over = int(starts[inside][-1]) + step_s * 1000
        day += timedelta(days=1)
    return ([*grid, over], np.concatenate(codes)) if grid else ([0], np.zeros(0, dtype=np.uint8))


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
