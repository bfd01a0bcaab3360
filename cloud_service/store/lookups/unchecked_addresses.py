"""How many addresses were read from a text and looked at by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNTS = text("""
SELECT (SELECT count(*) FROM client c WHERE c.legal_entity_id = ANY(:entities)
           AND c.address_state = 'read' AND c.address <> '') AS clients,
       (SELECT count(*) FROM legal_entity e WHERE e.id = ANY(:entities)
           AND e.address_state = 'read' AND e.address <> '') AS companies,
       (SELECT count(*) FROM site s WHERE s.legal_entity_id = ANY(:entities)
           AND s.address_state = 'read' AND s.address <> '') AS sites
""")


@dataclass(frozen=True, slots=True)
class UncheckedAddresses:
    """Of whom they are."""

    clients: int
    companies: int
    sites: int


def unchecked_addresses(session: Session, entity_ids: Sequence[int]) -> UncheckedAddresses:
    """Those of some companies, their clients and sites."""
    return UncheckedAddresses(**session.execute(COUNTS, {"entities": list(entity_ids)}).mappings().one())
