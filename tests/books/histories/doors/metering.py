"""Meters come, go and are read."""

import random
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
from tests.books.histories.operator import COUNTERS, UTILITIES, WHO, Operator
from tests.books.histories.opinion import Mount

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MOUNT = text("SELECT id FROM meter_mount WHERE meter_id = :meter AND lower(during) = :since")
REGISTER = text("SELECT id FROM register WHERE meter_id = :meter AND name = :register")


def new_meter(operator: Operator, session: Session, kind: str) -> str:
    """A meter from the shelf, with the counters that a kind of place has, in one of the usual steps."""
    name = f"{operator.tag}-M{len(operator.meters)}"
    _, unit = UTILITIES.get(kind, ("", "kWh"))
    step_s = random.Random(f"{operator.seed}:{len(operator.meters)}").choice([3600, 3600, 900, 1800])
    registers = tuple(
        sites_and_meters.RegisterDetails(
            counter, unit, direction="export" if counter == "export" else "", step_s=step_s
        )
        for counter in COUNTERS[kind]
    )  # fmt: skip
    meter = sites_and_meters.MeterDetails(name, registers=registers)
    operator.meters[name] = sites_and_meters.add_meter(session, meter, author=WHO)
    for register in registers:
        seed = f"{operator.seed}:{len(operator.meters)}:{register.name}"
        most, later = (30, 6) if register.name == "export" else (20, 20)
        operator.counters[f"{name}:{register.name}"] = Counter(operator.home, seed, most, later)
    return name


def indexes_at(operator: Operator, meter: str, at: datetime) -> dict[str, int]:
    """What the counters of a meter show at a moment."""
    counters = {name: counter for name, counter in operator.counters.items() if name.startswith(f"{meter}:")}
    return {name.partition(":")[2]: counter.shows(at) for name, counter in counters.items()}


def note_mounted(operator: Operator, mount: Mount, opening: dict[str, int]) -> None:
    """Each counter of a meter hangs there from now on."""
    operator.life.mounts += [replace(mount, register=name, opening=value) for name, value in opening.items()]


def note_gone(operator: Operator, mount: Mount, at: datetime, closing: dict[str, int]) -> None:
    """Each counter of a meter hung there until now."""
    for each in operator.life.mounts:
        if (each.meter, each.since) == (mount.meter, mount.since):
            each.until, each.closing = at, closing[each.register]


def hang(operator: Operator, point: int, at: datetime, factor: int) -> None:
    """A new meter begins to count at a place."""
    with operator.door() as session:
        name = new_meter(operator, session, operator.kinds[point])
        opening = indexes_at(operator, name, at)
        mount = sites_and_meters.NewMount(operator.points[point], operator.meters[name], at, opening, Decimal(factor))
        sites_and_meters.mount(session, mount, author=WHO)
    note_mounted(operator, Mount(name, point, at, 0, factor), opening)


def move(operator: Operator, moves: list[tuple[Mount, int, int]], at: datetime) -> None:
    """Meters are taken down, and hang up again at once, each at a place and with a transformer."""
    indexes = {mount.meter: indexes_at(operator, mount.meter, at) for mount, _, _ in moves}
    with operator.door() as session:
        for mount, _, _ in moves:
            sites_and_meters.dismount(session, operator.meters[mount.meter], at, indexes[mount.meter], author=WHO)
        for mount, point, factor in moves:
            meter, opening = operator.meters[mount.meter], indexes[mount.meter]
            new = sites_and_meters.NewMount(operator.points[point], meter, at, opening, Decimal(factor))
            sites_and_meters.mount(session, new, author=WHO)
    for mount, _, _ in moves:
        note_gone(operator, mount, at, indexes[mount.meter])
    for mount, point, factor in moves:
        note_mounted(operator, Mount(mount.meter, point, at, 0, factor), indexes[mount.meter])


def exchange(operator: Operator, mount: Mount, at: datetime, factor: int, noted: datetime | None = None) -> None:
    """A new meter in the place of an old one, sometimes noted at another moment than it was."""
    moment = noted or at
    closing = indexes_at(operator, mount.meter, at)
    with operator.door() as session:
        name = new_meter(operator, session, operator.kinds[mount.point])
        opening = indexes_at(operator, name, at)
        place = operator.points[mount.point]
        swap = contract.MeterExchange(place, operator.meters[name], moment, closing, opening, Decimal(factor))
        contract.exchange_meter(session, swap, author=WHO)
    note_gone(operator, mount, moment, closing)
    note_mounted(operator, Mount(name, mount.point, moment, 0, factor), opening)
    if moment != at:
        operator.slips.append((name, moment, at))
        operator.absent.append((mount.meter, at, max(at, moment)))
        operator.absent.append((name, moment - SECOND, max(at, moment) - SECOND))


def correct_moment(operator: Operator, meter: str, noted: datetime, at: datetime) -> None:
    """An exchange was at another moment than was noted."""
    with operator.door() as session:
        values = {"meter": operator.meters[meter], "since": noted}
        correction = MountCorrection(session.execute(MOUNT, values).scalar_one(), since=at)
        correct_mount(session, correction, author=WHO, reason="found the paper")
    operator.slips.remove((meter, noted, at))
    (place,) = {mount.point for mount in operator.life.mounts if (mount.meter, mount.since) == (meter, noted)}
    for each in operator.life.mounts:
        if (each.meter, each.since) == (meter, noted):
            each.since = at
        elif (each.point, each.until) == (place, noted):
            each.until = at


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
        and operator.is_there(counter.partition(":")[0], at)
    }  # fmt: skip
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
    if not operator.is_there(meter, at):
        return  # nobody can read it where it does not hang
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


def make_days_if_used(operator: Operator) -> None:
    """The same, where something rests on them; a run makes them first."""
    if operator.runs or operator.papers().bills:
        make_days(operator)


def make_days(operator: Operator) -> None:
    """What the worker does each minute."""
    operator.read = None
    while validate_dirty(operator.engine).registers:
        pass


def move_site(operator: Operator, zone: str) -> None:
    """The site is in another zone than was entered: its days begin at other moments."""
    with operator.door() as session:
        sites_and_meters.edit_site(session, operator.site, operator.site_in(zone), author=WHO)
    operator.life.zone = zone
