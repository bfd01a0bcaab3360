"""Gaps estimated, kept, overtaken by what is read later, and withdrawn; energy adds up at every moment."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.domain.metering.estimation.proposal import EstimateRule
from cloud_service.domain.metering.meterdata import ColumnMapping, FormatOptions, MeterDataFile
from cloud_service.flow.metering import estimate_decisions, estimate_gaps
from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.flow.metering.estimate_gaps import RegisterGap
from cloud_service.flow.metering.import_meter_data import ImportRequest, import_file
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.metering.estimation import estimable_registers, estimates
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from common.period import day_start
from tests.cloud_service.plant import add_meter, add_site, value_of

Owner = psycopg.Connection[Any]
ZONE = "Europe/Berlin"
NOW = datetime(2026, 4, 20, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def index(owner: Owner) -> int:
    return add_meter(owner, register="import", site=add_site(owner, timezone=ZONE), step_s=3600)


@pytest.fixture
def interval(owner: Owner) -> int:
    return add_meter(
        owner, register="import", kind="interval", site=add_site(owner, timezone=ZONE), step_s=3600, billed=True
    )


def at(day: date, hours: float = 0) -> datetime:
    return day_start(day, ZONE) + timedelta(hours=hours)


def taken_in(engine: Engine, reads: list[tuple[datetime, str]], kind: str = "index", reason: str = "") -> Any:
    text = "meter,register,time,value,kind,step,unit\n" + "".join(
        f"M1,import,{moment.isoformat()},{value},{kind},3600,kWh\n" for moment, value in reads
    )
    source = MeterDataFile("r.csv", "csv", lambda: io.BytesIO(text.encode()), FormatOptions(ColumnMapping()))
    return import_file(engine, source, ImportRequest("Ada", reason))


def counting(start: datetime, end: datetime, first: int = 1000) -> list[tuple[datetime, str]]:
    """An index that is read each hour: one kWh at night and two by day."""
    reads, value = [], first
    while start <= end:
        reads.append((start, str(value)))
        value += 1 if start.hour < 12 else 2
        start += timedelta(hours=1)
    return reads


def made(engine: Engine) -> None:
    while validate_dirty(engine).days:
        pass


def energy(engine: Engine, owner: Owner, first: date = MARCH, end: date = APRIL) -> Any:
    made(engine)
    return value_of(owner, "SELECT coalesce(sum(total), 0) FROM interval_day WHERE day >= %s AND day < %s", first, end)


def missing(owner: Owner) -> Any:
    return value_of(owner, "SELECT coalesce(sum(missing), 0) FROM interval_day WHERE day < %s", APRIL)


def gaps(session: Session, end: date = APRIL, first: date = MARCH, now: datetime = NOW) -> list[RegisterGap]:
    registers = estimable_registers.of_meter(session, Scope(), "M1", (at(first), at(end)), "import")
    return list(estimate_gaps.gaps_of(session, registers, now))


def kept(session: Session, gap: RegisterGap, total: str = "", rule: EstimateRule | None = None) -> int:
    proposal = estimate_gaps.chosen(gap, rule, Decimal(total) if total else None)
    estimate_id = estimate_gaps.keep(session, gap, proposal, author="Ada", reason="gateway broken", now=NOW)
    session.commit()
    return estimate_id


def test_the_end_of_a_month_is_told_from_its_weeks_and_overtaken_by_what_is_read_later(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, counting(at(MARCH), at(date(2026, 3, 23))))
    known = energy(engine, owner)
    (gap,) = gaps(session)
    assert EstimateRule.SAME_WEEKDAYS is gap.offered[0].rule

    kept(session, gap)

    estimated = gap.offered[0].total
    assert (known + estimated, 0) == (energy(engine, owner), missing(owner))
    assert not gaps(session)
    truth = counting(at(MARCH), at(APRIL))[22 * 24 :]
    outcome = taken_in(engine, truth)  # needs no reason: what was only estimated is no correction
    assert 0 == outcome.corrected
    assert (int(truth[-1][1]) - 1000) * 1000 == energy(engine, owner)
    assert 0 == value_of(owner, "SELECT count(*) FROM interval_day WHERE position('\\x02'::bytea IN qualities) > 0")


def test_a_later_index_below_the_estimate_shares_what_is_known_by_time(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, [(at(MARCH), "0"), (at(date(2026, 3, 11)), "100")])
    made(engine)
    (gap,) = [gap for gap in gaps(session) if gap.gap.known_energy is None]
    kept(session, gap, "300")
    assert 400_000 == energy(engine, owner)

    taken_in(engine, [(at(date(2026, 4, 12), -1), "260")])

    assert 260_000 == energy(engine, owner, end=date(2026, 5, 1))
    hours_of_march, hours = 21 * 24 - 1, 32 * 24 - 2
    assert 100_000 + 160_000 * hours_of_march // hours == pytest.approx(energy(engine, owner), abs=1)


def test_a_later_index_above_the_estimate_leaves_it_and_the_rest_is_behind_it(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, [(at(MARCH), "0"), (at(date(2026, 3, 11)), "100")])
    made(engine)
    kept(session, next(gap for gap in gaps(session) if gap.gap.known_energy is None))
    march = energy(engine, owner)

    taken_in(engine, [(at(date(2026, 4, 2)), "400")])

    assert (march, 400_000) == (energy(engine, owner), energy(engine, owner, end=date(2026, 5, 1)))


def test_a_reading_in_the_middle_of_an_estimate_keeps_the_sum(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, [*counting(at(MARCH), at(date(2026, 3, 15))), (at(APRIL), "3000")])
    made(engine)
    (gap,) = gaps(session)
    assert gap.gap.before is not None
    assert 3_000_000 - gap.gap.before == gap.offered[0].total == gap.gap.known_energy
    kept(session, gap)
    assert 2_000_000 == energy(engine, owner)
    shaped = value_of(owner, "SELECT count(DISTINCT \"values\") FROM interval_day WHERE day > '2026-03-15'")
    assert shaped > 1

    enter(engine, ManualReading("M1", "import", at(date(2026, 3, 20)), Decimal(2900), "Ada", "round"), NOW)

    assert 2_000_000 == energy(engine, owner)
    assert 100_000 == energy(engine, owner, first=date(2026, 3, 20))


def test_a_hole_of_an_interval_register_is_filled_and_real_values_of_other_steps_go_before(
    engine: Engine, session: Session, owner: Owner, interval: int
) -> None:
    hours = [(at(MARCH, n), "1.5") for n in range(24 * 21) if not 24 * 7 <= n < 24 * 9]
    taken_in(engine, hours, "interval")
    made(engine)
    (gap,) = gaps(session, end=date(2026, 3, 22))

    kept(session, gap)

    assert 24 * 21 * 1500 == energy(engine, owner)
    taken_in(engine, [(at(MARCH, 24 * 7 + n), "2") for n in range(48)], "interval")
    assert 24 * 19 * 1500 + 48 * 2000 == energy(engine, owner)


def test_a_withdrawn_estimate_leaves_the_gap_as_it_was(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, counting(at(MARCH), at(date(2026, 3, 23))))
    before = energy(engine, owner)
    estimate_id = kept(session, gaps(session)[0])
    assert before < energy(engine, owner)

    estimate_decisions.withdraw(session, estimate_id, author="Ada", reason="read after all", now=NOW, scope=Scope())
    session.commit()

    assert before == energy(engine, owner)
    assert 1 == len(gaps(session))
    with pytest.raises(ConflictError, match="withdrawn already"):
        estimate_decisions.withdraw(session, estimate_id, author="Ada", reason="again", now=NOW, scope=Scope())
    with pytest.raises(NotFoundError):
        estimate_decisions.withdraw(session, 999, author="Ada", reason="again", now=NOW, scope=Scope())
    kept(session, gaps(session)[0])  # the same gap once more


def test_a_meter_exchanged_in_the_month_takes_the_days_of_the_one_before(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, counting(at(MARCH), at(date(2026, 3, 15))))
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange(lower(during), %s), closing = '{\"import\": 1504000}'",
        (at(date(2026, 3, 15)),),
    )
    point = value_of(owner, "SELECT service_point_id FROM meter_mount")
    meter = value_of(owner, "INSERT INTO meter (name, serial) VALUES ('M2', 'M2') RETURNING id")
    owner.execute(
        "INSERT INTO meter_mount (meter_id, service_point_id, during, opening, multiplier)"
        " VALUES (%s, %s, tstzrange(%s, NULL), '{\"import\": 0}', 2)",
        (meter, point, at(date(2026, 3, 15))),
    )
    owner.execute(
        "INSERT INTO register (meter_id, name, unit, kind, step_s) VALUES (%s, 'import', 'kWh', 'index', 3600)",
        (meter,),
    )
    made(engine)
    registers = estimable_registers.of_meter(session, Scope(), "M2", (at(MARCH), at(APRIL)))

    (gap,) = estimate_gaps.gaps_of(session, registers, NOW)

    assert at(date(2026, 3, 15)) == gap.start
    assert 18_000 * 17 == pytest.approx(gap.offered[0].total, abs=1000)  # 36 kWh a day, at a ratio of two


def test_nothing_is_made_up_nor_kept_twice_and_a_reason_is_needed(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    enter(engine, ManualReading("M1", "import", at(MARCH), Decimal(5), "Ada", "opening"), NOW)
    (gap,) = [gap for gap in gaps(session) if gap.gap.before is not None]
    assert not gap.offered
    with pytest.raises(InputError, match="nothing is known"):
        estimate_gaps.chosen(gap)
    stated = estimate_gaps.chosen(gap, None, Decimal("93.5"))
    with pytest.raises(InputError, match="reason"):
        estimate_gaps.keep(session, gap, stated, author="Ada", reason=" ", now=NOW)

    kept(session, gap, "93.5")

    assert 93_500 == energy(engine, owner)
    with pytest.raises(ConflictError, match="speaks of this time already"):
        estimate_gaps.keep(session, gap, stated, author="Ada", reason="twice", now=NOW)
    (known,) = estimates.estimates(session, Scope())
    assert (EstimateRule.STATED, 93_500, "Ada", False) == (known.rule, known.total, known.author, known.waits)
    assert ("reading.estimate", "gateway broken") == owner.execute(
        "SELECT action, reason FROM audit ORDER BY id DESC LIMIT 1"
    ).fetchone()
