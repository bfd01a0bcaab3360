"""Changed days are made, and only they and what hangs on them; whatever the order of arrival, the days are the same."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.series import DayWindow, MountSpan, RegisterRules, readings
from cloud_service.flow.metering import sites_and_meters
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.metering import readings as evidence
from cloud_service.store.metering.dirty_days import mark_dirty
from cloud_service.store.metering.readings import ReadingColumns
from cloud_service.store.metering.validation.register_faults import TRIES_MAX, faults, try_again
from common.period import day_start
from common.reading import Quality
from tests.cloud_service.plant import add_meter, add_site, value_of

Owner = psycopg.Connection[Any]
ZONE = "Europe/Berlin"
DAY = date(2026, 3, 27)  # two days before the clocks go forward
QUARTER_MS = 900_000
Point = tuple[int, int, int]  # at_ms, value, quality


def ms(day: date) -> int:
    return int(day_start(day, ZONE).timestamp()) * 1000


def put(engine: Engine, register: int, points: list[Point], *, source: int = 1, step_s: int = 0) -> None:
    """Readings as ingest stores them."""
    put.sequence += 1  # type: ignore[attr-defined]
    size = len(points)
    at_ms, value, quality = (np.array(column, dtype=np.int64) for column in zip(*points, strict=True))
    first = put.sequence * 1_000_000  # type: ignore[attr-defined]
    rows = ReadingColumns(
        np.full(size, register, dtype=np.int64),
        at_ms,
        value,
        quality.astype(np.int16),
        np.zeros(size, dtype=np.int16),
        np.full(size, source, dtype=np.int64),
        np.arange(first, first + size, dtype=np.int64),
        np.full(size, step_s, dtype=np.int32),
    )
    with transaction(engine) as session:
        evidence.insert(session, rows)
        mark_dirty(session, rows, {register: ZONE})


put.sequence = 0  # type: ignore[attr-defined]


def counting(days: int, *, first: date = DAY, start: int = 1_000_000, each: int = 250) -> list[Point]:
    """A counter read at every quarter hour of some days, both midnights included."""
    begin, end = ms(first), ms(first + timedelta(days=days))
    return [(at, start + each * n, Quality.ACTUAL) for n, at in enumerate(range(begin, end + 1, QUARTER_MS))]


def stored_days(owner: Owner) -> list[tuple[date, int, int]]:
    rows = owner.execute("SELECT day, total, missing FROM interval_day ORDER BY register_id, day").fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


def every_day(owner: Owner) -> list[Any]:
    return owner.execute(
        "SELECT register_id, day, step_s, \"values\", qualities, total, missing, made_from - 'readings'"
        " FROM interval_day ORDER BY 1, 2"
    ).fetchall()


@pytest.fixture
def register(owner: Owner) -> int:
    add_site(owner)
    return add_meter(owner)


def test_readings_become_days_of_92_96_and_100_quarter_hours(engine: Engine, owner: Owner, register: int) -> None:
    put(engine, register, counting(3))

    report = validate_dirty(engine)

    assert [(DAY, 24_000, 0), (DAY + timedelta(1), 24_000, 0), (DAY + timedelta(2), 23_000, 0)] == stored_days(owner)[
        :3
    ]
    assert (1, 0, []) == (report.registers, value_of(owner, "SELECT count(*) FROM dirty_day"), report.problems)


def test_nothing_is_made_twice(engine: Engine, owner: Owner, register: int) -> None:
    put(engine, register, counting(2))
    validate_dirty(engine)

    report = validate_dirty(engine)

    assert (0, 0) == (report.registers, report.days)


def test_a_late_reading_makes_only_the_days_it_touches(engine: Engine, owner: Owner, register: int) -> None:
    points = counting(5)
    late = points.pop(150)
    put(engine, register, points)
    validate_dirty(engine)
    assert 2 == value_of(
        owner, "SELECT sum(length(replace(encode(qualities, 'escape'), '\\000', ''))) FROM interval_day"
    )

    put(engine, register, [late])
    report = validate_dirty(engine)

    assert (1, 1) == (report.days, report.changed)
    assert 0 == value_of(
        owner, "SELECT sum(length(replace(encode(qualities, 'escape'), '\\000', ''))) FROM interval_day"
    )


def test_a_reading_after_a_silence_of_days_makes_the_days_between(engine: Engine, owner: Owner, register: int) -> None:
    put(engine, register, counting(1))
    validate_dirty(engine)
    assert 1_000_000 + 24_000 == value_of(owner, "SELECT max(value) FROM reading")

    put(engine, register, [(ms(DAY + timedelta(days=6)) + 3_600_000, 1_000_000 + 24_000 + 57_700, 0)])
    validate_dirty(engine)

    days = stored_days(owner)
    assert (24_000 + 57_700) == sum(total for _, total, _ in days)
    assert [0] * 6 == [missing for _, _, missing in days][:6]
    assert {DAY + timedelta(days=n) for n in range(7)} <= {day for day, _, _ in days}


def test_the_order_of_arrival_does_not_matter(engine: Engine, owner: Owner) -> None:
    add_site(owner)
    for seed in range(6):
        dice = random.Random(seed)
        points = [
            (at + dice.choice((0, 0, 0, 7000)), value + dice.randrange(200), quality)
            for at, value, quality in counting(5)
            if dice.random() < (0.9 if seed % 2 else 0.02)
        ]
        at_once, in_pieces = add_meter(owner, f"once-{seed}"), add_meter(owner, f"pieces-{seed}")
        put(engine, at_once, points)
        shuffled = points.copy()
        dice.shuffle(shuffled)
        for offset in range(8):
            if shuffled[offset::8]:
                put(engine, in_pieces, shuffled[offset::8])
            validate_dirty(engine)
        while validate_dirty(engine).days:
            pass
        assert days_of(owner, at_once) == days_of(owner, in_pieces), seed


def days_of(owner: Owner, register: int) -> list[Any]:
    return [row[1:] for row in every_day(owner) if row[0] == register]


def test_a_meter_exchange_is_counted_to_the_thousandth(engine: Engine, owner: Owner, register: int) -> None:
    moment = ms(DAY) + 10 * 3_600_000 + 420_000
    new = add_meter(owner, "M2")
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange(lower(during), %s), closing = '{\"energy_import_total\": 5100}'"
        " WHERE id = 1",
        (datetime.fromtimestamp(moment / 1000, UTC),),
    )
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange(%s, NULL), opening = '{\"energy_import_total\": 70}' WHERE id = 2",
        (datetime.fromtimestamp(moment / 1000, UTC),),
    )
    put(engine, register, [(ms(DAY), 1000, 0), (moment - 100_000, 5000, 0)])
    put(engine, new, [(moment + 300_000, 90, 0), (ms(DAY + timedelta(1)), 2_070, 0)])

    validate_dirty(engine)

    totals = owner.execute("SELECT register_id, total, missing FROM interval_day WHERE day = %s", (DAY,)).fetchall()
    assert [(register, 4100, 0), (new, 2000, 0)] == sorted(totals)


def test_a_spike_is_set_aside_and_comes_back_if_it_proves_right(engine: Engine, owner: Owner, register: int) -> None:
    owner.execute("UPDATE meter SET max_power_kw = 75")
    points = counting(2)
    odd = (ms(DAY) + 40 * QUARTER_MS + 60_000, 900_000_000, 0)
    put(engine, register, [*points, odd])

    report = validate_dirty(engine)

    assert 1 == report.rejected
    assert ("spike", 900_000_000) == (
        value_of(owner, "SELECT reason FROM quarantine"),
        value_of(owner, "SELECT value FROM quarantine"),
    )
    assert 48_000 == value_of(owner, "SELECT sum(total) FROM interval_day WHERE day < '2026-03-29'")


def test_a_reset_waits_for_the_exchange_to_be_recorded(engine: Engine, owner: Owner, register: int) -> None:
    before = counting(2)
    after = counting(2, first=DAY + timedelta(2), start=3_000)
    put(engine, register, before[:-1])
    put(engine, register, after[1:])
    while validate_dirty(engine).days:
        pass
    assert "reset" == value_of(owner, "SELECT min(reason) FROM quarantine WHERE resolved = ''")
    assert 48_000 - 250 == value_of(owner, "SELECT sum(total) FROM interval_day")

    moment = datetime.fromtimestamp(ms(DAY + timedelta(2)) / 1000, UTC)
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange(lower(during), %s), closing = %s",
        (moment, '{"energy_import_total": 1048000}'),
    )
    owner.execute(
        "INSERT INTO meter_mount (meter_id, service_point_id, during, opening)"
        " SELECT meter_id, service_point_id, tstzrange(%s, NULL), %s FROM meter_mount",
        (moment, '{"energy_import_total": 3000}'),
    )
    while validate_dirty(engine).days:
        pass
    assert 48_000 + 23_000 + 24_000 == value_of(owner, "SELECT sum(total) FROM interval_day")
    assert 0 == value_of(owner, "SELECT count(*) FROM quarantine WHERE resolved = ''")


def test_a_correction_by_a_person_counts_before_what_was_measured(engine: Engine, owner: Owner, register: int) -> None:
    points = counting(1)
    put(engine, register, points)
    validate_dirty(engine)

    put(engine, register, [(points[-1][0], points[-1][1] + 100, Quality.SUBSTITUTED)], source=0)
    validate_dirty(engine)

    assert 24_100 == value_of(owner, "SELECT total FROM interval_day WHERE day = %s", DAY)


def test_an_estimate_gives_way_to_the_actual_reading(engine: Engine, owner: Owner, register: int) -> None:
    end = ms(DAY + timedelta(1))
    put(engine, register, [(ms(DAY), 1000, 0), (end, 31_000, Quality.ESTIMATED)])
    validate_dirty(engine)
    assert 30_000 == value_of(owner, "SELECT sum(total) FROM interval_day")

    put(engine, register, [(end + 3_600_000, 26_000, 0)])
    validate_dirty(engine)
    assert 25_000 == value_of(owner, "SELECT sum(total) FROM interval_day")
    assert "estimate" == value_of(owner, "SELECT reason FROM quarantine")


def test_interval_registers_are_taken_as_measured(engine: Engine, owner: Owner) -> None:
    add_site(owner)
    register = add_meter(owner, "I", kind="interval", step_s=1800)
    points = [(at, 77, 0) for at in range(ms(DAY) + 300_000, ms(DAY + timedelta(1)) + 1, 300_000)]
    put(engine, register, points, step_s=300)

    validate_dirty(engine)

    assert (300, 288 * 77) == owner.execute("SELECT step_s, total FROM interval_day WHERE day = %s", (DAY,)).fetchone()


def test_a_virtual_meter_follows_its_parts(engine: Engine, owner: Owner) -> None:
    add_site(owner)
    main, flat, rest = add_meter(owner, "main"), add_meter(owner, "flat"), add_meter(owner, "rest", kind="interval")
    owner.execute(
        "INSERT INTO virtual_meter (register_id, terms) VALUES (%s, %s::jsonb)",
        (rest, f'{{"terms": [[{main}, "1"], [{flat}, "-1"]]}}'),
    )
    put(engine, main, counting(1, each=1000))
    put(engine, flat, counting(1, each=300))

    validate_dirty(engine)

    assert 96 * 700 == value_of(owner, "SELECT total FROM interval_day WHERE register_id = %s AND day = %s", rest, DAY)


def test_several_workers_share_the_work_and_make_each_day_once(engine: Engine, owner: Owner) -> None:
    from concurrent.futures import ThreadPoolExecutor

    add_site(owner)
    registers = [add_meter(owner, f"W{n}") for n in range(20)]
    for register in registers:
        put(engine, register, counting(2))

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: validate_dirty(engine, limit=30), range(4)))
    while validate_dirty(engine).days:
        pass

    assert 20 <= sum(report.registers for report in reports)
    assert [48_000] * 20 == [
        row[0]
        for row in owner.execute(
            "SELECT sum(total) FROM interval_day WHERE day < %s GROUP BY register_id", (DAY + timedelta(2),)
        ).fetchall()
    ]


def test_a_register_that_cannot_be_made_does_not_stop_the_others(engine: Engine, owner: Owner, register: int) -> None:
    odd = add_meter(owner, "odd", kind="interval", step_s=3600)
    owner.execute("UPDATE site SET timezone = 'Africa/Monrovia' WHERE id = 1")
    put(engine, register, [(at, value, quality) for at, value, quality in counting(2)])
    put(engine, odd, [(ms(DAY), 5, 0)], step_s=3600)
    owner.execute("UPDATE dirty_day SET day = '1972-01-07' WHERE register_id = %s", (odd,))

    report = validate_dirty(engine)

    assert 1 == len(report.problems)
    assert 48_000 <= value_of(owner, "SELECT sum(total) FROM interval_day")
    assert (1, "steps of 3600 s do not fit") == owner.execute(
        "SELECT tries, left(error, 26) FROM register_fault WHERE register_id = %s AND next_at > last_at", (odd,)
    ).fetchone()
    assert 1 == value_of(owner, "SELECT count(*) FROM dirty_day")


NOON = datetime(2100, 11, 2, 12, tzinfo=UTC)  # marks have the time of the database


def test_whatever_a_register_raises_it_alone_is_put_aside_and_after_some_tries_waits_for_a_person(
    engine: Engine, owner: Owner, register: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = add_meter(owner, "odd")
    put(engine, register, counting(1))
    put(engine, odd, counting(1))
    make = index.make_days

    def fails(jobs: list[index.IndexJob]) -> Any:
        if odd in [job.rules.id for job in jobs]:
            raise ZeroDivisionError("a fault of ours")
        return make(jobs)

    monkeypatch.setattr(index, "make_days", fails)
    tried = [validate_dirty(engine, lambda days=days: NOON + timedelta(days=days)) for days in range(40)]  # type: ignore[misc]

    assert 24_000 == value_of(owner, "SELECT sum(total) FROM interval_day WHERE register_id = " + str(register))
    assert [f"register {odd}: something went wrong here (ZeroDivisionError: a fault of ours); the log has more"] == (
        tried[0].problems
    )
    assert TRIES_MAX == sum(bool(report.problems) for report in tried)
    with transaction(engine) as session:
        (fault,) = faults(session, None)
        assert ("odd", TRIES_MAX, None) == (fault.meter, fault.tries, fault.next_at)
        try_again(session, [odd])
    monkeypatch.undo()
    assert [] == validate_dirty(engine, lambda: NOON).problems
    assert (24_000, 0) == (
        value_of(owner, "SELECT sum(total) FROM interval_day WHERE register_id = " + str(odd)),
        value_of(owner, "SELECT count(*) FROM register_fault"),
    )


def test_a_reading_of_the_year_202_makes_no_days_from_there_until_now(
    engine: Engine, owner: Owner, register: int
) -> None:
    other = add_meter(owner, "other")
    year_202 = int((datetime(202, 10, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000
    with transaction(engine) as session:
        evidence.make_months(session, {date(202, 10, 1)})
    put(engine, register, [(year_202, 5, Quality.SUBSTITUTED)])
    put(engine, register, counting(1))
    put(engine, other, counting(1))

    assert [] == validate_dirty(engine).problems
    assert 24_000 == value_of(
        owner, f"SELECT sum(total) FROM interval_day WHERE register_id = {register} AND day > '2026-01-01'"
    )
    assert 10 > value_of(owner, f"SELECT count(*) FROM interval_day WHERE register_id = {register}")
    assert 24_000 == value_of(owner, f"SELECT sum(total) FROM interval_day WHERE register_id = {other}")


def test_a_site_whose_zone_is_mended_gets_days_of_that_zone(engine: Engine, owner: Owner) -> None:
    site = add_site(owner, timezone="UTC")
    register = add_meter(owner)
    put(engine, register, counting(3))
    validate_dirty(engine)
    spring = DAY + timedelta(days=2)
    assert 96 == value_of(owner, f"SELECT length(qualities) FROM interval_day WHERE day = '{spring}'")

    with transaction(engine) as session:
        house = sites_and_meters.SiteDetails("House", ZONE, "EUR")
        assert ["timezone"] == sites_and_meters.edit_site(session, site, house, author="mary")
    validate_dirty(engine)

    assert 92 == value_of(owner, f"SELECT length(qualities) FROM interval_day WHERE day = '{spring}'")
    assert [(24_000, 0), (24_000, 0), (23_000, 0)] == owner.execute(
        "SELECT total, missing FROM interval_day WHERE total > 0 ORDER BY day"
    ).fetchall()


def test_a_virtual_meter_that_cannot_be_made_is_put_aside_and_made_once_it_can(
    engine: Engine, owner: Owner, register: int
) -> None:
    slow, both = add_meter(owner, "slow"), add_meter(owner, "both")
    terms = '{{"terms": [[{}, "1"], [{}, "{}"]]}}'
    owner.execute(
        "INSERT INTO virtual_meter (register_id, terms) VALUES (%s, %s)", (both, terms.format(register, slow, "1/0"))
    )
    put(engine, register, counting(1))
    put(engine, slow, counting(1))

    report = validate_dirty(engine, lambda: NOON)

    assert 1 == len(report.problems)
    assert "Fraction" in report.problems[0]
    assert {register, slow} == {row[0] for row in owner.execute("SELECT DISTINCT register_id FROM interval_day")}

    owner.execute("UPDATE virtual_meter SET terms = %s", (terms.format(register, slow, "1"),))
    owner.execute("INSERT INTO dirty_day (register_id, day) SELECT register_id, day FROM interval_day")
    assert [] == validate_dirty(engine, lambda: NOON + timedelta(minutes=15)).problems
    assert 48_000 == value_of(owner, f"SELECT sum(total) FROM interval_day WHERE register_id = {both}")
    assert 0 == value_of(owner, "SELECT count(*) FROM register_fault") + value_of(
        owner, "SELECT count(*) FROM dirty_day"
    )


def test_days_made_in_pieces_are_what_one_sweep_makes(engine: Engine, owner: Owner, register: int) -> None:
    points = counting(3)
    put(engine, register, points)
    validate_dirty(engine)
    days = tuple(DAY + timedelta(days=n) for n in range(3))
    window = DayWindow(days, tuple(ms(DAY + timedelta(days=n)) for n in range(4)))
    rules = RegisterRules(register, "index", 900, ZONE, mounts=(MountSpan(ms(date(2020, 1, 1))),))

    (in_one_sweep,) = index.make_days([index.IndexJob(rules, window, readings(*zip(*points, strict=True)))])

    stored = owner.execute('SELECT "values" FROM interval_day WHERE day < %s ORDER BY day', (days[-1] + timedelta(1),))
    assert [day.values for day in in_one_sweep.days] == [row[0] for row in stored.fetchall()]


def test_days_far_apart_that_change_at_once_add_up_over_the_gap(engine: Engine, owner: Owner, register: int) -> None:
    later = DAY + timedelta(days=25)
    put(engine, register, counting(2))
    put(engine, register, counting(1, first=later, start=5_000_000))

    report = validate_dirty(engine)

    total = value_of(owner, f"SELECT sum(total) FROM interval_day WHERE day < '{later + timedelta(days=1)}'")
    assert [] == report.problems
    assert total == 5_000_000 + 24_000 - 1_000_000


def test_a_first_reading_and_one_a_month_later_make_the_days_between_whenever_they_are_validated(
    engine: Engine, owner: Owner, register: int
) -> None:
    put(engine, register, [(ms(DAY), 1_000, 0)])
    validate_dirty(engine)
    put(engine, register, [(ms(DAY + timedelta(31)), 311_000, 0)])
    validate_dirty(engine)

    assert [(DAY + timedelta(n), 0) for n in range(31)] == [(day, missing) for day, _, missing in stored_days(owner)]
    assert 310_000 == sum(total for _, total, _ in stored_days(owner))
