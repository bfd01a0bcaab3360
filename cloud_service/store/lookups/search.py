"""Search over everything: exact numbers first, only what the reader may know of."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One thing that was found; a smaller `rank` fits better, 0 is an exact number."""

    kind: str
    title: str
    detail: str
    more: str
    public_id: str
    rank: int
    newest: int
    amount: Decimal | None = None  # of money, in the currency that `more` names then


SEARCH = text(
    """
    SELECT * FROM (
    (SELECT 'bill' AS kind, i.number AS title, c.name AS detail,
            i.currency AS more,
            i.public_id::text AS public_id, CASE WHEN i.number ILIKE :exact THEN 0 ELSE 2 END AS rank, i.id AS newest,
            i.total AS amount
       FROM invoice i JOIN account a ON a.id = i.account_id JOIN client c ON c.id = a.client_id
      WHERE (i.number ILIKE :pattern OR c.name ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR i.legal_entity_id = ANY(:entities))
      ORDER BY rank, i.id DESC LIMIT :rows)
    UNION ALL
    (SELECT 'client', c.name, c.number, c.email, c.public_id::text,
            CASE WHEN c.number ILIKE :exact THEN 0 ELSE 1 END, c.id, NULL
       FROM client c
      WHERE (c.name ILIKE :pattern OR c.number ILIKE :pattern OR c.email ILIKE :pattern OR c.phone ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities)) ORDER BY 6, c.name LIMIT :rows)
    UNION ALL
    (SELECT 'account', a.number, c.name, a.currency, a.public_id::text,
            CASE WHEN a.number ILIKE :exact THEN 0 ELSE 3 END, a.id, NULL
       FROM account a JOIN client c ON c.id = a.client_id
      WHERE a.number ILIKE :pattern AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
      LIMIT :rows)
    UNION ALL
    (SELECT 'meter', m.serial, m.name, coalesce(s.name, ''), m.public_id::text,
            CASE WHEN m.serial ILIKE :exact OR m.name ILIKE :exact THEN 0 ELSE 3 END, m.id, NULL
       FROM meter m LEFT JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)
       LEFT JOIN service_point p ON p.id = n.service_point_id LEFT JOIN site s ON s.id = p.site_id
      WHERE (m.serial ILIKE :pattern OR m.name ILIKE :pattern OR p.grid_id ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'gateway', g.name, s.name, g.state, g.public_id::text, 3, g.id, NULL
       FROM gateway g JOIN site s ON s.id = g.site_id WHERE (g.name ILIKE :pattern OR s.name ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'connection', k.number, c.name, p.name, k.public_id::text,
            CASE WHEN k.number ILIKE :exact THEN 0 ELSE 3 END, k.id, NULL
       FROM contract k JOIN account a ON a.id = k.account_id JOIN client c ON c.id = a.client_id
       JOIN service_point p ON p.id = k.service_point_id
      WHERE (k.number ILIKE :pattern OR p.name ILIKE :pattern OR p.grid_id ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'service point', p.name, s.name, p.grid_id, p.public_id::text,
            CASE WHEN p.grid_id ILIKE :exact THEN 0 ELSE 3 END, p.id, NULL
       FROM service_point p JOIN site s ON s.id = p.site_id
      WHERE (p.name ILIKE :pattern OR p.grid_id ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'payment', p.provider || ' ' || p.provider_ref, c.name,
            p.currency,
            a.public_id::text, 4, p.id, p.amount
       FROM payment p JOIN account a ON a.id = p.account_id JOIN client c ON c.id = a.client_id
      WHERE p.provider_ref ILIKE :pattern
        AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
      ORDER BY p.id DESC LIMIT :rows)
    UNION ALL
    (SELECT 'tariff', t.name, t.code, t.currency, t.public_id::text, 4, t.id, NULL FROM tariff t
      WHERE (t.name ILIKE :pattern OR t.code ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR t.legal_entity_id = ANY(:entities)) LIMIT :rows)
    ) hits ORDER BY rank, kind, newest DESC LIMIT :most
    """
)


def search(session: Session, scope: Scope, typed: str, rows: int = 6, most: int = 24) -> list[SearchHit]:
    """Bills, clients, accounts, connections, service points, meters and so on; exact numbers first. Staff only."""
    escaped = typed.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    parameters = {
        "exact": escaped,
        "pattern": f"%{escaped}%",
        "rows": rows,
        "most": most,
        "entities": None if scope.entities is None else list(scope.entities),
    }
    if not escaped or scope.clients is not None:
        return []
    return [SearchHit(**row) for row in session.execute(SEARCH, parameters).mappings()]
