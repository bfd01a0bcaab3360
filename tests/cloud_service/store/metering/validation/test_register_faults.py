"""Registers that were put aside: the pauses grow, then a person has to look; and it is known whose they are."""

from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy.orm import Session

from cloud_service.store.metering.validation import register_faults
from tests.books.world import build
from tests.cloud_service.plant import add_meter

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_pauses_grow_until_a_person_has_to_look(session: Session) -> None:
    world = build(session, tenants=1)
    (register,) = world.registers
    pauses = []
    for _ in range(register_faults.TRIES_MAX):
        register_faults.note(session, register, "odd", NOON)
        (fault,) = register_faults.faults(session, None)
        pauses.append(fault.next_at and fault.next_at - NOON)

    assert [*(timedelta(minutes=15 * 2**n) for n in range(register_faults.TRIES_MAX - 1)), None] == pauses
    assert (register_faults.TRIES_MAX, NOON, "odd") == (fault.tries, fault.first_at, fault.error)


def test_who_does_something_about_one_begins_anew_and_what_is_made_is_forgotten(session: Session) -> None:
    world = build(session, tenants=2)
    for register in world.registers:
        register_faults.note(session, register, "odd", NOON)
    register_faults.try_again(session, world.registers[:1])
    assert [(0, NOON), (1, NOON + timedelta(minutes=15))] == [
        (fault.tries, fault.next_at) for fault in register_faults.faults(session, None)
    ]

    register_faults.clear(session, world.registers[:1])
    assert ["m2"] == [fault.meter for fault in register_faults.faults(session, None)]


def test_each_is_of_its_site_and_a_virtual_one_of_the_site_of_its_parts(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    world = build(session, tenants=1)
    session.commit()
    virtual = add_meter(owner, "sum")
    owner.execute("DELETE FROM meter_mount n USING meter m WHERE m.id = n.meter_id AND m.name = 'sum'")
    terms = f'{{"terms": [[{world.registers[0]}, "1"]]}}'
    owner.execute("INSERT INTO virtual_meter (register_id, terms) VALUES (%s, %s)", (virtual, terms))
    for register in (*world.registers, virtual):
        register_faults.note(session, register, "odd", NOON)

    assert ["m1", "sum"] == sorted(fault.meter for fault in register_faults.faults(session, [world.entity]))
    assert [] == register_faults.faults(session, [world.entity + 1])
    assert 1 == len({fault.site for fault in register_faults.faults(session, None)})
