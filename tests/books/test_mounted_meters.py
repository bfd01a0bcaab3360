"""Meters that come, go and are moved: what is billed is their last index less their first, in any order of telling."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.domain.rating.interval_usage import interval_usage
from cloud_service.domain.rating.register_readings import SpanReadings
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing.billable_contracts import mounted_registers
from cloud_service.store.invoicing.billed_usage import read_days
from cloud_service.store.metering import readings
from cloud_service.store.metering.dirty_days import mark_dirty
from common.period import Span, day_start
from tests.cloud_service.plant import add_site, value_of
from tests.cloud_service.store.metering.rows import columns

Owner = psycopg.Connection[Any]
ZONES = ("Europe/Berlin", "Africa/Nairobi", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Auckland", "UTC")
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
MONTHS = {"Pacific/Auckland": Span(date(2026, 9, 1), date(2026, 10, 1))}  # the month in which its clocks change
LIVES = 12


@dataclass
class House:
    """Two service points at one site, and what happened there, told in any order."""

    engine: Engine
    owner: Owner
    zone: str
    points: list[int] = field(default_factory=list)
    sequence: int = 0

    def __post_init__(self) -> None:
        site = add_site(self.owner, timezone=self.zone)
        insert = "INSERT INTO service_point (site_id, name) VALUES (%s, %s) RETURNING id"
        self.points = [value_of(self.owner, insert, site, name) for name in ("Flat 1", "Flat 2")]

    def meter(self, name: str, step_s: int = 900) -> int:
        """A meter with one counter; the meter's id."""
        meter = value_of(self.owner, "INSERT INTO meter (name, serial) VALUES (%s, %s) RETURNING id", name, name)
        self.owner.execute(
            "INSERT INTO register (meter_id, name, unit, step_s) VALUES (%s, 'import', 'kWh', %s)", (meter, step_s)
        )
        return int(meter)

    def register(self, meter: int) -> int:
        return int(value_of(self.owner, "SELECT id FROM register WHERE meter_id = %s", meter))

    def mount(self, meter: int, point: int, at: datetime, opening: int, multiplier: int = 1) -> None:
        self.owner.execute(
            "INSERT INTO meter_mount (meter_id, service_point_id, during, opening, multiplier)"
            " VALUES (%s, %s, tstzrange(%s, NULL), %s, %s)",
            (meter, self.points[point], at, f'{{"import": {opening}}}', multiplier),
        )

    def dismount(self, meter: int, at: datetime, closing: int) -> None:
        self.owner.execute(
            "UPDATE meter_mount SET during = tstzrange(lower(during), %s), closing = %s"
            " WHERE meter_id = %s AND upper_inf(during)",
            (at, f'{{"import": {closing}}}', meter),
        )

    def read(self, meter: int, at: datetime, index: int) -> None:
        self.sequence += 1
        register = self.register(meter)
        rows = columns(register, [(int(at.timestamp() * 1000), index)], first_sequence=self.sequence)
        zone = value_of(
            self.owner,
            "SELECT coalesce(max(s.timezone), 'UTC') FROM meter_mount m JOIN service_point p"
            " ON p.id = m.service_point_id JOIN site s ON s.id = p.site_id WHERE m.meter_id = %s",
            meter,
        )  # fmt: skip
        with transaction(self.engine) as session:
            readings.insert(session, rows)
            mark_dirty(session, rows, {register: zone})

    def validate(self) -> None:
        while validate_dirty(self.engine).registers:
            pass

    def used(self, point: int, span: Span) -> int:
        """What a bill of these days would count at a point, in thousandths."""
        first, last = day_start(span.start, self.zone), day_start(span.end, self.zone)
        with transaction(self.engine) as session:
            registers = mounted_registers(session, [self.points[point]], first, last)[self.points[point]]
            ids = [register.register_id for register in registers]
            stored = read_days(session, ids, span)
        usage = interval_usage(registers, SpanReadings(span, self.zone, stored.packed, {}, shared=stored.shared))
        return int(Decimal(int(usage.values.sum())).scaleb(3 - usage.scale))


def between(dice: random.Random, first: datetime, last: datetime, count: int) -> list[datetime]:
    """Moments on whole seconds inside a span of time, in their order."""
    seconds = int((last - first).total_seconds())
    return [first + timedelta(seconds=second) for second in sorted(dice.sample(range(1, seconds), count))]


@pytest.fixture
def house(engine: Engine, owner: Owner) -> Callable[[str], House]:
    return lambda zone: House(engine, owner, zone)


def test_a_meter_hung_up_with_its_opening_index_and_read_a_month_later_is_billed(
    house: Callable[[str], House],
) -> None:
    flat = house("Europe/Berlin")
    meter = flat.meter("M")
    flat.mount(meter, 0, day_start(OCTOBER.start, flat.zone), 100_000)
    flat.validate()
    flat.read(meter, day_start(OCTOBER.end, flat.zone), 410_000)
    flat.validate()

    assert 310_000 == flat.used(0, OCTOBER)


def test_an_opening_index_that_is_told_after_the_reading_is_billed_too(house: Callable[[str], House]) -> None:
    flat = house("Europe/Berlin")
    meter = flat.meter("M")
    flat.read(meter, day_start(OCTOBER.end, flat.zone), 410_000)
    flat.validate()
    flat.mount(meter, 0, day_start(OCTOBER.start, flat.zone), 100_000)
    flat.validate()

    assert 310_000 == flat.used(0, OCTOBER)


def test_an_exchange_in_mid_month_needs_no_reading_but_its_own_indexes(house: Callable[[str], House]) -> None:
    flat = house("Europe/Berlin")
    old, new = flat.meter("OLD", 1800), flat.meter("NEW")
    noon = day_start(date(2026, 10, 10), flat.zone) + timedelta(hours=12, minutes=7)
    flat.mount(old, 0, day_start(OCTOBER.start, flat.zone), 0)
    flat.validate()
    flat.dismount(old, noon, 40_000)
    flat.mount(new, 0, noon, 5_000)
    flat.validate()
    flat.read(new, day_start(date(2026, 11, 3), flat.zone), 5_000 + 70_000)
    flat.validate()

    whole = flat.used(0, Span(OCTOBER.start, date(2026, 11, 3)))
    assert 40_000 + 70_000 == whole


def test_a_multiplier_that_changes_within_a_quarter_hour_multiplies_each_part_by_its_own(
    house: Callable[[str], House],
) -> None:
    flat = house("Europe/Berlin")
    meter = flat.meter("M")
    change = day_start(date(2026, 10, 10), flat.zone) + timedelta(hours=10, minutes=7)
    flat.mount(meter, 0, day_start(OCTOBER.start, flat.zone), 0, multiplier=20)
    flat.read(meter, change - timedelta(minutes=7), 99_900)
    flat.dismount(meter, change, 100_000)
    flat.mount(meter, 0, change, 100_000, multiplier=30)
    flat.read(meter, change + timedelta(minutes=8), 100_300)
    flat.read(meter, day_start(OCTOBER.end, flat.zone), 300_000)
    flat.validate()

    assert 100_000 * 20 + 200_000 * 30 == flat.used(0, OCTOBER)


def test_days_made_before_a_meter_was_hung_up_are_made_again_in_the_zone_of_its_site(
    house: Callable[[str], House],
) -> None:
    flat = house("Pacific/Auckland")
    span = MONTHS[flat.zone]
    meter = flat.meter("M")
    first, last = day_start(span.start, flat.zone), day_start(span.end, flat.zone)
    flat.read(meter, first + timedelta(days=3), 130_000)
    flat.read(meter, last, 400_000)
    flat.validate()
    flat.mount(meter, 0, first, 100_000)
    flat.validate()

    assert 300_000 == flat.used(0, span)


@pytest.mark.parametrize("seed", range(LIVES))
def test_in_any_life_and_order_the_billed_energy_is_the_difference_of_the_indexes(
    house: Callable[[str], House], seed: int
) -> None:
    """A row of meters at one point, one of them moved to the other, told in pieces, validated at any moment between."""
    dice = random.Random(seed)
    home = house(ZONES[seed % len(ZONES)])
    span = MONTHS.get(home.zone, OCTOBER)
    first, last = day_start(span.start, home.zone), day_start(span.end, home.zone)
    steps = (1800,) if home.zone == "Australia/Lord_Howe" else (900, 1800)
    cuts = [first, *between(dice, first, last, dice.randint(0, 2)), last]
    expected = 0
    late: list[Callable[[], None]] = []
    for number, (opened, closed) in enumerate(pairwise(cuts)):
        meter = home.meter(f"M{number}", dice.choice(steps))
        opening = dice.randrange(10**6)
        indexes = [opening]
        for at in between(dice, opened, closed, dice.randint(0, 3)):
            indexes.append(indexes[-1] + dice.randrange(50_000))
            late.append(lambda meter=meter, at=at, index=indexes[-1]: home.read(meter, at, index))  # type: ignore[misc]
        closing = indexes[-1] + dice.randrange(50_000)
        expected += closing - opening
        home.mount(meter, 0, opened, opening)
        if dice.random() < 0.5:
            home.validate()
        if closed == last:
            late.append(lambda meter=meter, index=closing: home.read(meter, last, index))  # type: ignore[misc]
        else:
            home.dismount(meter, closed, closing)
    if len(cuts) > 2:  # the first meter hangs in the other flat afterwards
        moved = value_of(home.owner, "SELECT id FROM meter WHERE name = 'M0'")
        first_life = value_of(
            home.owner, "SELECT (closing->>'import')::bigint - (opening->>'import')::bigint FROM meter_mount"
            " WHERE meter_id = %s", moved,
        )  # fmt: skip
        home.mount(moved, 1, cuts[1] + timedelta(hours=dice.choice((0, 30))), 7_000)
        late.append(lambda: home.read(moved, last + timedelta(hours=5), 19_000))
    dice.shuffle(late)
    for tell in late:
        tell()
        if dice.random() < 0.3:
            home.validate()
    home.validate()

    assert expected == home.used(0, span)
    if len(cuts) > 2:
        lives = value_of(
            home.owner, "SELECT sum(d.total) FROM interval_day d JOIN register r ON r.id = d.register_id"
            " WHERE r.meter_id = %s", moved,
        )  # fmt: skip
        assert first_life + 12_000 == lives
