"""Two companies that call a client, a site, a flat, a tariff and a bill the same."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.issue import issue
from tests.books.operations import rated
from tests.books.world import World, build


def two_companies(session: Session, name: str = "Second Energy") -> tuple[World, World]:
    """Each has INV-2026-00001 over 119.00 of client C1 in Flat 1 of House; accounts A1, A11, contracts V1, V11."""
    worlds = []
    for serial in (0, 10):
        world = build(session)
        if serial:
            session.execute(
                text("UPDATE legal_entity SET name = :name WHERE id = :id"), {"name": name, "id": world.entity}
            )
            session.execute(
                text("UPDATE bank_account SET iban = 'DE89370400440532013000' WHERE legal_entity_id = :id"),
                {"id": world.entity},
            )
        world.serial = serial
        world.tenant()
        session.execute(text("UPDATE client SET number = 'C1' WHERE legal_entity_id = :id"), {"id": world.entity})
        session.execute(text("UPDATE service_point SET name = 'Flat 1' WHERE site_id = :id"), {"id": world.site})
        bill = rated(world.contracts[0], world.accounts[0], date(2026, 10, 1), Decimal(100))
        issue(session, [bill], bill_date=date(2026, 11, 2), author="t")
        worlds.append(world)
    return worlds[0], worlds[1]
