"""Meters come, go and are read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.customers import contract
from cloud_service.flow.metering import enter_reading, sites_and_meters
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.metering import readings as evidence
from cloud_service.store.metering.dirty_days import mark_dirty
from cloud_service.store.metering.readings import ReadingColumns
from tests.books.histories.counter import Counter
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.opinion import Mount

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REGISTER = text("SELECT id FROM register WHERE meter_id = :meter")


def new_meter(operator: Operator, session: Session) -> str:
    """A meter with one counter, from the shelf."""
    name = f"{operator.tag}-M{len(operator.meters)}"
    register = sites_and_meters.RegisterDetails("import", "kWh", step_s=3600)
    meter = sites_and_meters.MeterDetails(name, registers=(register,))
    operator.meters[name] = sites_and_meters.add_meter(session, meter, author=WHO)
    operator.counters[name] = Counter(operator.life, f"{operator.seed}:{len(operator.counters)}")
    return name


def hang(operator: Operator, point: int, at: datetime, factor: int, meter: str = "") -> None:
    """A meter, new unless named, begins to count at a place."""
    with operator.door() as session:
        name = meter or new_meter(operator, session)
        opening = operator.counters[name].shows(at)
        mount = sites_and_meters.NewMount(
            operator.points[point], operator.meters[name], at, {"import": opening}, Decimal(factor)
        )
        sites_and_meters.mount(session, mount, author=WHO)
    operator.life.mounts.append(Mount(name, point, at, opening, factor))


def take_down(operator: Operator, mount: Mount, at: datetime) -> None:
    """A meter goes, with what it shows."""
    closing = operator.counters[mount.meter].shows(at)
    with operator.door() as session:
        sites_and_meters.dismount(session, operator.meters[mount.meter], at, {"import": closing}, author=WHO)
    mount.until, mount.closing = at, closing


def exchange(operator: Operator, mount: Mount, at: datetime, factor: int) -> None:
    """A new meter in the place of an old one."""
    closing = operator.counters[mount.meter].shows(at)
    with operator.door() as session:
        name = new_meter(operator, session)
        opening = operator.counters[name].shows(at)
        swap = contract.MeterExchange(
            operator.points[mount.point],
            operator.meters[name],
            at,
            {"import": closing},
            {"import": opening},
            Decimal(factor),
        )
        contract.exchange_meter(session, swap, author=WHO)
    mount.until, mount.closing = at, closing
    operator.life.mounts.append(Mount(name, mount.point, at, opening, factor))


def send(operator: Operator, meter: str, moments: list[datetime]) -> None:
    """What a gateway read arrives; what is there already came before."""
    there = operator.life.readings.setdefault(meter, {})
    fresh = {
        at: operator.counters[meter].shows(at)
        for at in moments
        if (meter, at) not in operator.withdrawn and at not in there and at <= operator.clock()
    }
    if not fresh:
        return
    size, operator.sequence = len(fresh), operator.sequence + len(fresh)
    with operator.door() as session:
        register = session.execute(REGISTER, {"meter": operator.meters[meter]}).scalar_one()
        rows = ReadingColumns(
            np.full(size, register, dtype=np.int64),
            np.array([(at - EPOCH) // timedelta(milliseconds=1) for at in fresh], dtype=np.int64),
            np.array(list(fresh.values()), dtype=np.int64),
            np.zeros(size, dtype=np.int16),
            np.zeros(size, dtype=np.int16),
            np.full(size, 1, dtype=np.int64),
            np.arange(operator.sequence - size, operator.sequence, dtype=np.int64),
            np.zeros(size, dtype=np.int16),
        )
        evidence.insert(session, rows)
        mark_dirty(session, rows, {register: operator.life.zone})
    there.update(fresh)


def enter(operator: Operator, meter: str, at: datetime, value: int | None) -> None:
    """A person enters a reading, corrects one, or (None) takes one back."""
    amount = None if value is None else Decimal(value) / 1000
    entry = enter_reading.ManualReading(meter, "import", at, amount, WHO, "read again")
    with operator.door() as session:
        if value is None:
            enter_reading.must_be_there(session, entry, operator.clock())
        enter_reading.store(session, entry, operator.clock())
    there = operator.life.readings.setdefault(meter, {})
    if value is None:
        there.pop(at, None)
        operator.withdrawn.add((meter, at))
    else:
        there[at] = value
        operator.withdrawn.discard((meter, at))


def make_days(operator: Operator) -> None:
    """What the worker does each minute."""
    while validate_dirty(operator.engine).registers:
        pass
