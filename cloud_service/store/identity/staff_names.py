"""Who of the staff has which role in some companies."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

NAMES = text(
    """
    SELECT DISTINCT g.role, u.name
      FROM app_user u
      JOIN user_grant g ON g.user_id = u.id
     WHERE u.active AND g.client_id IS NULL
       AND (g.legal_entity_id IS NULL OR g.legal_entity_id = ANY(:entities))
     ORDER BY g.role, u.name
     LIMIT 200
    """
)


def staff_by_role(session: Session, entity_ids: Sequence[int]) -> dict[str, list[str]]:
    """Role -> names of those who may sign in."""
    by_role: dict[str, list[str]] = {}
    for row in session.execute(NAMES, {"entities": list(entity_ids)}):
        by_role.setdefault(row.role, []).append(row.name)
    return by_role
