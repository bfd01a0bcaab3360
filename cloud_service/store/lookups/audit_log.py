"""What the audit log says of one thing."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

AUDIT_OF = text(
    """
    SELECT at, actor, action, before, after, reason
      FROM audit
     WHERE subject = :subject
     ORDER BY id DESC
     LIMIT 100
    """
)


def audit_of(session: Session, subject: str) -> list[Any]:
    """The audit rows of one thing (`table:id`), newest first."""
    return list(session.execute(AUDIT_OF, {"subject": subject}))
