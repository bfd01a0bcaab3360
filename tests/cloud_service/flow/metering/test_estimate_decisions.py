"""Estimates over what a person took back: they count, and taken back themselves they leave the gap as it was."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.flow.metering import estimate_decisions
from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.store.scope import Scope
from common.errors import InputError
from tests.cloud_service.flow.metering.test_estimate_gaps import (
    APRIL,
    MARCH,
    NOW,
    Owner,
    at,
    energy,
    gaps,
    index,
    interval,
    kept,
    made,
    missing,
    taken_in,
)

__all__ = ["index", "interval"]


def take_back(engine: Engine, day: date, hours: float = 0) -> None:
    enter(engine, ManualReading("M1", "import", at(day, hours), None, "Ada", "misread"), NOW)
    made(engine)


def withdraw(session: Session, estimate_id: int) -> None:
    estimate_decisions.withdraw(session, estimate_id, author="Ada", reason="read after all", now=NOW, scope=Scope())
    session.commit()


def test_an_index_that_was_taken_back_is_estimated_at_its_own_time(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    taken_in(engine, [(at(MARCH), "0"), (at(date(2026, 3, 11)), "100"), (at(APRIL), "9000")])
    take_back(engine, APRIL)
    assert 100_000 == energy(engine, owner)

    estimate = kept(session, next(gap for gap in gaps(session) if gap.gap.known_energy is None), "210")

    assert (310_000, 0) == (energy(engine, owner), missing(owner))
    withdraw(session, estimate)
    assert 100_000 == energy(engine, owner)
    kept(session, next(gap for gap in gaps(session) if gap.gap.known_energy is None), "200")
    assert 300_000 == energy(engine, owner)


def test_values_of_an_interval_register_that_were_taken_back_are_estimated(
    engine: Engine, session: Session, owner: Owner, interval: int
) -> None:
    taken_in(engine, [(at(MARCH, n), "1.5") for n in range(24 * 21)], "interval")
    for hour in range(4):
        take_back(engine, date(2026, 3, 9), 10 + hour)
    assert 24 * 21 * 1500 - 6000 == energy(engine, owner)

    (gap,) = gaps(session, end=date(2026, 3, 22))
    estimate = kept(session, gap)

    assert 24 * 21 * 1500 == energy(engine, owner)
    withdraw(session, estimate)
    assert 24 * 21 * 1500 - 6000 == energy(engine, owner)


def test_a_real_index_below_an_estimate_is_no_doubtful_one(
    engine: Engine, session: Session, owner: Owner, index: int
) -> None:
    from cloud_service.flow.metering.enter_reading import check

    taken_in(engine, [(at(MARCH), "0"), (at(date(2026, 3, 11)), "100")])
    made(engine)
    kept(session, next(gap for gap in gaps(session) if gap.gap.known_energy is None), "300")
    entry = ManualReading("M1", "import", at(date(2026, 4, 2)), Decimal(290), "Ada", "round")

    assert not check(session, entry, NOW).doubts


def test_a_reason_is_needed(session: Session, index: int) -> None:
    with pytest.raises(InputError, match="say why"):
        estimate_decisions.withdraw(session, 1, author="Ada", reason=" ", now=NOW, scope=Scope())
