from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.lookups.unchecked_addresses import UncheckedAddresses, unchecked_addresses
from tests.books.world import build


def test_addresses_that_nobody_checked_are_counted_of_ones_own_companies(session: Session) -> None:
    world = build(session, tenants=2)
    for table in ("client", "legal_entity", "site"):
        session.execute(text(f"UPDATE {table} SET address = ''"))
    assert UncheckedAddresses(0, 0, 0) == unchecked_addresses(session, [world.entity])
    for table in ("client", "legal_entity", "site"):
        session.execute(text(f"UPDATE {table} SET address = 'Kai 1'"))
    assert UncheckedAddresses(2, 1, 1) == unchecked_addresses(session, [world.entity])
    session.execute(text("UPDATE client SET address_state = 'as_written' WHERE number = 'C1'"))
    assert UncheckedAddresses(1, 1, 1) == unchecked_addresses(session, [world.entity])
    assert UncheckedAddresses(0, 0, 0) == unchecked_addresses(session, [-1])
