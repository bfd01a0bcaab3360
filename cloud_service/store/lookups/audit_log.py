"""What the audit log says of one thing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to a thing, from what to what and why."""

    at: datetime
    actor: str
    action: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


AUDIT_OF = text(
    """
    SELECT at, actor, action, before, after, reason
      FROM audit
     WHERE subject = :subject
     ORDER BY id DESC
     LIMIT 100
    """
)


def audit_of(session: Session, subject: str) -> list[AuditEntry]:
    """The audit rows of one thing (`table:id`), newest first."""
    return [AuditEntry(**row) for row in session.execute(AUDIT_OF, {"subject": subject}).mappings()]
