"""Meters come, go and are read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.customers import contract
from cloud_service.flow.metering import enter_reading, sites_and_meters
from cloud_service.flow.metering.mount_corrections import MountCorrection, correct_mount
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.metering import readings as evidence
from cloud_service.store.metering.dirty_days import mark_dirty
from cloud_service.store.metering.readings import ReadingColumns
from tests.books.histories.counter import Counter
from tests.books.histories.operator import WHO, Operator
from tests.books.histories.opinion import Mount

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOUNT = text("SELECT id FROM meter_mount WHERE meter_id = :meter AND lower(during) = :since")
REGISTER = text("SELECT id FROM register WHERE meter_id = :meter AND name = :register")


def new_meter(operator: Operator, session: Session) -> str:
    """A meter from the shelf, with one counter or two."""
    name = f"{operator.tag}-M{len(operator.meters)}"
    registers = [sites_and_meters.RegisterDetails("import", "kWh", step_s=3600)]
    if operator.roof:
        registers.append(sites_and_meters.RegisterDetails("export", "kWh", direction="export", step_s=3600))
    meter = sites_and_meters.MeterDetails(name, registers=tuple(registers))
    operator.meters[name] = sites_and_meters.add_meter(session, meter, author=WHO)
    for register in registers:
        seed = f"{operator.seed}:{len(operator.meters)}:{register.name}"
        most = 20 if register.name == "import" else 30
        operator.counters[f"{name}:{register.name}"] = Counter(operator.life, seed, most)
    return name


def indexes_at(operator: Operator, meter: str, at: datetime) -> dict[str, int]:
    """What the counters of a meter show at a moment."""
    registers = ("import", "export") if operator.roof else ("import",)
    return {register: operator.counters[f"{meter}:{register}"].shows(at) for register in registers}


def note_mounted(operator: Operator, mount: Mount, opening: dict[str, int]) -> None:
    """Each counter of a meter hangs there from now on."""
    operator.life.mounts += [replace(mount, register=name, opening=value) for name, value in opening.items()]


def note_gone(operator: Operator, mount: Mount, at: datetime, closing: dict[str, int]) -> None:
    """Each counter of a meter hung there until now."""
    for each in operator.life.mounts:
        if (each.meter, each.since) == (mount.meter, mount.since):
            each.until, each.closing = at, closing[each.register]


def hang(operator: Operator, point: int, at: datetime, factor: int, meter: str = "") -> None:
    """A meter, new unless named, begins to count at a place."""
    with operator.door() as session:
        name = meter or new_meter(operator, session)
        opening = indexes_at(operator, name, at)
        mount = sites_and_meters.NewMount(operator.points[point], operator.meters[name], at, opening, Decimal(factor))
        sites_and_meters.mount(session, mount, author=WHO)
    note_mounted(operator, Mount(name, point, at, 0, factor), opening)


def take_down(operator: Operator, mount: Mount, at: datetime) -> None:
    """A meter goes, with what it shows."""
    closing = indexes_at(operator, mount.meter, at)
    with operator.door() as session:
        sites_and_meters.dismount(session, operator.meters[mount.meter], at, closing, author=WHO)
    note_gone(operator, mount, at, closing)


def exchange(operator: Operator, mount: Mount, at: datetime, factor: int) -> None:
    """A new meter in the place of an old one."""
    closing = indexes_at(operator, mount.meter, at)
    with operator.door() as session:
        name = new_meter(operator, session)
        opening = indexes_at(operator, name, at)
        place = operator.points[mount.point]
        swap = contract.MeterExchange(place, operator.meters[name], at, closing, opening, Decimal(factor))
        contract.exchange_meter(session, swap, author=WHO)
    note_gone(operator, mount, at, closing)
    note_mounted(operator, Mount(name, mount.point, at, 0, factor), opening)


def correct_factor(operator: Operator, mount: Mount, factor: int) -> None:
    """The transformer of a place was entered wrongly."""
    with operator.door() as session:
        values = {"meter": operator.meters[mount.meter], "since": mount.since}
        correction = MountCorrection(session.execute(MOUNT, values).scalar_one(), Decimal(factor))
        correct_mount(session, correction, author=WHO, reason="looked again")
    for each in operator.life.mounts:
        if (each.meter, each.since) == (mount.meter, mount.since):
            each.factor = factor


def send(operator: Operator, counter: str, moments: list[datetime]) -> None:
    """What a gateway read arrives; what is there already came before."""
    there = operator.life.readings.setdefault(counter, {})
    fresh = {
        at: operator.counters[counter].shows(at)
        for at in moments
        if (counter, at) not in operator.withdrawn and at not in there and at <= operator.clock()
    }
    if not fresh:
        return
    size, operator.sequence = len(fresh), operator.sequence + len(fresh)
    with operator.door() as session:
        meter, _, name = counter.partition(":")
        register = session.execute(REGISTER, {"meter": operator.meters[meter], "register": name}).scalar_one()
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


def enter(operator: Operator, counter: str, at: datetime, value: int | None) -> None:
    """A person enters a reading, corrects one, or (None) takes one back."""
    amount = None if value is None else Decimal(value) / 1000
    meter, _, register = counter.partition(":")
    entry = enter_reading.ManualReading(meter, register, at, amount, WHO, "read again")
    with operator.door() as session:
        if value is None:
            enter_reading.must_be_there(session, entry, operator.clock())
        enter_reading.store(session, entry, operator.clock())
    there = operator.life.readings.setdefault(counter, {})
    if value is None:
        there.pop(at, None)
        operator.withdrawn.add((counter, at))
    else:
        there[at] = value
        operator.withdrawn.discard((counter, at))


def make_days(operator: Operator) -> None:
    """What the worker does each minute."""
    while validate_dirty(operator.engine).registers:
        pass
