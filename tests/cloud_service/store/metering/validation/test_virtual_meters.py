"""Registers that are sums of others are made again whenever a part of them was."""

from datetime import date

import numpy as np
import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import RegisterDay
from cloud_service.store.metering.interval_days import store_days
from cloud_service.store.metering.validation.virtual_meters import remake_virtual_days
from tests.cloud_service.plant import add_meter

Owner = psycopg.Connection[object]
MARCH = date(2026, 3, 1)


def finished(session: Session, register: int, value: int) -> tuple[int, date]:
    """A stored day of one step, as validation hands it on."""
    day = RegisterDay(register, MARCH, 86_400, np.array([value], "<i8").tobytes(), bytes(1), value, 0)
    store_days(session, [day])
    return register, MARCH


def declare(owner: Owner, register: int, *terms: tuple[int, str]) -> None:
    """Make a register a virtual one."""
    pairs = ", ".join(f'[{register_id}, "{factor}"]' for register_id, factor in terms)
    owner.execute(
        "INSERT INTO virtual_meter (register_id, terms) VALUES (%s, %s)", (register, f'{{"terms": [{pairs}]}}')
    )


def totals(session: Session) -> dict[int, int]:
    """Register -> sum of its day."""
    return {row.register_id: row.total for row in session.execute(text("SELECT register_id, total FROM interval_day"))}


def test_a_sum_follows_its_parts_and_the_sums_above_it_follow_too(session: Session, owner: Owner) -> None:
    master, flat, rest, double = (add_meter(owner, name, kind="interval") for name in ("M", "F", "R", "D"))
    declare(owner, rest, (master, "1"), (flat, "-1"))
    declare(owner, double, (rest, "2"))
    changed = [finished(session, master, 100), finished(session, flat, 30)]

    assert {rest, double} == remake_virtual_days(session, changed).registers
    assert {master: 100, flat: 30, rest: 70, double: 140} == totals(session)


def test_registers_that_no_sum_counts_make_nothing(session: Session, owner: Owner) -> None:
    assert not remake_virtual_days(session, [finished(session, add_meter(owner), 100)]).registers


def test_a_ring_ends(session: Session, owner: Owner) -> None:
    first, second, real = (add_meter(owner, name, kind="interval") for name in ("A", "B", "R"))
    declare(owner, first, (second, "1"), (real, "1"))
    declare(owner, second, (first, "1"))
    for register in (first, second):
        finished(session, register, 0)

    remade = remake_virtual_days(session, [finished(session, real, 1)])

    assert ({first, second}, {}) == (remade.registers, remade.faults)


def test_a_sum_that_cannot_be_made_keeps_no_other_back(session: Session, owner: Owner) -> None:
    real, odd, good, bad = (add_meter(owner, name, kind="interval") for name in ("M", "F", "R", "D"))
    declare(owner, good, (real, "1"))
    declare(owner, bad, (real, "1"), (odd, "1"))
    day = RegisterDay(odd, MARCH, 40_000, np.array([1], "<i8").tobytes(), bytes(1), 1, 0)
    store_days(session, [day])

    remade = remake_virtual_days(session, [finished(session, real, 1)])

    assert {good} == remade.registers
    assert [(bad, MARCH)] == list(remade.faults)
    assert "cannot be split" in remade.faults[bad, MARCH] or "different lengths" in remade.faults[bad, MARCH]
