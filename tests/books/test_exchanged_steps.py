"""A meter of any step gives way to one of any other, at any time of day, in any zone: both are billed exactly."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.customers.contract.meter_exchange import MeterExchange, exchange_meter
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.metering.tables import Meter, Register
from common.period import Span, day_start, zone
from tests.books.index_readings import take
from tests.books.world import World, build

MINUTES = (5, 15, 30, 60, 24 * 60)
CHANGES = {  # zone -> days in the middle of which its clock changes, and the wall clock's time of the exchange
    "Europe/Berlin": (Span(date(2026, 10, 24), date(2026, 10, 27)), "2026-10-25T02:37"),
    "America/New_York": (Span(date(2026, 10, 31), date(2026, 11, 3)), "2026-11-01T21:00"),
    "America/Los_Angeles": (Span(date(2026, 3, 7), date(2026, 3, 10)), "2026-03-08T23:59"),
    "Pacific/Auckland": (Span(date(2026, 9, 26), date(2026, 9, 29)), "2026-09-27T08:00"),
    "Pacific/Kiritimati": (Span(date(2026, 10, 1), date(2026, 10, 4)), "2026-10-02T00:00"),
    "Australia/Lord_Howe": (Span(date(2026, 4, 4), date(2026, 4, 7)), "2026-04-05T12:10"),
    "Asia/Kathmandu": (Span(date(2026, 10, 1), date(2026, 10, 4)), "2026-10-02T10:07"),
}


def new_meter(world: World, name: str, step_s: int) -> tuple[int, int]:
    """(meter, register) of a meter that hangs nowhere yet."""
    meter = Meter(maker="test", serial=name, name=name)
    world.session.add(meter)
    world.session.flush()
    register = Register(meter_id=meter.id, name="import", unit="kWh", kind="index", step_s=step_s)
    world.session.add(register)
    world.session.flush()
    return meter.id, register.id


def exchange(world: World, step_s: int, next_step_s: int, at: datetime, closing: int) -> tuple[int, int]:
    """A new tenant whose meter gives way to another one: the registers of both."""
    contract, old = world.tenant(), world.registers[-1]
    point = world.session.execute(
        text("SELECT service_point_id FROM contract WHERE id = :id"), {"id": contract}
    ).scalar_one()
    world.session.execute(text("UPDATE register SET step_s = :s WHERE id = :id"), {"s": step_s, "id": old})
    meter, register = new_meter(world, f"N{contract}", next_step_s)
    given = MeterExchange(point, meter, at, closing={"import": closing}, opening={"import": 5000})
    exchange_meter(world.session, given, author="t")
    return old, register


def counted(start: datetime, end: datetime, minutes: int, first_index: int) -> list[tuple[datetime, int]]:
    """Indexes from one instant to another by a step, both ends included; 7 Wh a minute."""
    length = int((end - start).total_seconds()) // 60
    at = [*range(0, length, minutes), length]
    return [(start + timedelta(minutes=after), first_index + 7 * after) for after in at]


@pytest.mark.parametrize("zone_name", CHANGES)
def test_both_meters_are_billed_by_their_indexes(session: Session, zone_name: str) -> None:
    span, wall = CHANGES[zone_name]
    at = datetime.fromisoformat(wall).replace(tzinfo=zone(zone_name)).astimezone(zone("UTC"))
    start, end = day_start(span.start, zone_name), day_start(span.end, zone_name)
    world = build(session, zone=zone_name)
    pairs = [(old, new) for old, new in product(MINUTES, MINUTES) if old != new]
    closing = 1000 + 7 * (int((at - start).total_seconds()) // 60)
    for old, new in pairs:
        first, second = exchange(world, min(old, 60) * 60, min(new, 60) * 60, at, closing)
        take(session, first, counted(start, at, old, 1000), zone_name=zone_name)
        take(session, second, counted(at, end, new, 5000), zone_name=zone_name)

    outcomes = rate_contracts(session, world.contracts, span)

    assert [] == [(pair, o.reason) for pair, o in zip(pairs, outcomes, strict=True) if o.rated is None]
    energy = 7 * int((end - start).total_seconds()) // 60
    assert {energy} == {outcome.rated.energy for outcome in outcomes if outcome.rated}


BY_HOUR = {
    "id": "hours", "currency": "EUR",
    "schedules": {"s": {"periods": [{"name": "peak", "hours": ["17:00-20:00"]}, {"name": "off_peak"}]}},
    "charges": [{"kind": "energy", "prices": {"peak": "0.40", "off_peak": "0.20"}}],
}  # fmt: skip


def test_a_price_by_the_hour_waits_where_one_of_the_meters_was_read_once_a_day(session: Session) -> None:
    span, wall = CHANGES["Asia/Kathmandu"]
    at = datetime.fromisoformat(wall).replace(tzinfo=zone("Asia/Kathmandu")).astimezone(zone("UTC"))
    start, end = day_start(span.start, "Asia/Kathmandu"), day_start(span.end, "Asia/Kathmandu")
    world = build(session, zone="Asia/Kathmandu", tariff=BY_HOUR)
    pairs = [(15, 24 * 60), (24 * 60, 15), (24 * 60, 24 * 60), (15, 30), (30, 15)]
    closing = 1000 + 7 * (int((at - start).total_seconds()) // 60)
    for old, new in pairs:
        first, second = exchange(world, 900, 900, at, closing)
        take(session, first, counted(start, at, old, 1000), zone_name="Asia/Kathmandu")
        begun = start + (at - start) // timedelta(minutes=new) * timedelta(minutes=new)  # on the grid of its step
        rows = [(at, 5000), *((t, 5000 + 7 * ((t - at) // timedelta(minutes=1))) for t in on_grid(begun, at, end, new))]
        take(session, second, rows, zone_name="Asia/Kathmandu")

    outcomes = rate_contracts(session, world.contracts, span)

    assert [False, False, False, True, True] == [outcome.rated is not None for outcome in outcomes]
    assert {"needs_shorter_steps"} == {outcome.code for outcome in outcomes if outcome.rated is None}


def on_grid(begun: datetime, after: datetime, end: datetime, minutes: int) -> list[datetime]:
    """The instants of a grid behind an instant up to the end."""
    count = (end - begun) // timedelta(minutes=minutes)
    return [t for n in range(count + 1) if (t := begun + timedelta(minutes=minutes) * n) > after]


@pytest.mark.parametrize("zone_name", ["America/New_York", "Pacific/Auckland", "Pacific/Kiritimati"])
def test_meters_that_count_intervals_are_billed_by_them(session: Session, zone_name: str) -> None:
    span, wall = CHANGES[zone_name]
    at = datetime.fromisoformat(wall).replace(tzinfo=zone(zone_name)).astimezone(zone("UTC"))
    start, end = day_start(span.start, zone_name), day_start(span.end, zone_name)
    world = build(session, zone=zone_name)
    steps = [(old * 60, new * 60) for old, new in product(MINUTES[:4], MINUTES[:4])]
    for old, new in steps:
        first, second = exchange(world, old, new, at, 1000)
        session.execute(
            text("UPDATE register SET kind = 'interval' WHERE id IN (:one, :two)"), {"one": first, "two": second}
        )
        for register, since, until, step_s in ((first, start, at, old), (second, at, end, new)):
            count = int((until - since).total_seconds()) // step_s
            ends = [since + timedelta(seconds=step_s * (number + 1)) for number in range(count)]
            take(session, register, [(moment, step_s // 60 * 7) for moment in ends], step_s=step_s, zone_name=zone_name)

    outcomes = rate_contracts(session, world.contracts, span)

    assert [] == [(pair, o.reason) for pair, o in zip(steps, outcomes, strict=True) if o.rated is None]
    assert {7 * int((end - start).total_seconds()) // 60} == {o.rated.energy for o in outcomes if o.rated}
