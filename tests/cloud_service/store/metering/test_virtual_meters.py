"""Registers that are sums of others are made again whenever a part of them was."""

from datetime import date

import numpy as np
import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.series import DayWindow, RegisterDay, RegisterRules
from cloud_service.store.metering.interval_days import store_days
from cloud_service.store.metering.virtual_meters import DEPTH_MAX, remake_virtual_days
from tests.cloud_service.plant import add_meter

Owner = psycopg.Connection[object]
MARCH = date(2026, 3, 1)


def finished(session: Session, register: int, value: int) -> WindowDays:
    """A stored day of one step, as validation hands it on."""
    day = RegisterDay(register, MARCH, 86_400, np.array([value], "<i8").tobytes(), bytes(1), value, 0)
    store_days(session, [day])
    return WindowDays(RegisterRules(register, "index", 86_400, "UTC"), DayWindow((MARCH,), (0, 86_400_000)), [day])


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
    windows = [finished(session, master, 100), finished(session, flat, 30)]

    assert 2 == remake_virtual_days(session, windows)
    assert {master: 100, flat: 30, rest: 70, double: 140} == totals(session)


def test_registers_that_no_sum_counts_make_nothing(session: Session, owner: Owner) -> None:
    assert 0 == remake_virtual_days(session, [finished(session, add_meter(owner), 100)])


def test_a_ring_ends(session: Session, owner: Owner) -> None:
    first, second, real = (add_meter(owner, name, kind="interval") for name in ("A", "B", "R"))
    declare(owner, first, (second, "1"), (real, "1"))
    declare(owner, second, (first, "1"))
    for register in (first, second):
        finished(session, register, 0)

    assert DEPTH_MAX == remake_virtual_days(session, [finished(session, real, 1)])
