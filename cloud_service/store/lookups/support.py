"""What may be why somebody calls: mails that did not arrive, meters that fell silent."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope


@dataclass(frozen=True, slots=True)
class FailedMail:
    """A mail that was given up, with whose it was."""

    id: int
    kind: str
    recipient: str
    state: str
    error: str
    attempts: int
    created_at: datetime
    tenant: str | None
    client_public_id: UUID | None
    bill: str | None  # number of the invoice
    bill_public_id: UUID | None


@dataclass(frozen=True, slots=True)
class SilentMeter:
    """A meter whose last validated day lies `days` back."""

    public_id: UUID
    name: str
    serial: str
    site: str
    point: str
    last_day: date
    days: int


MAILS = text(
    """
    SELECT d.id, d.kind, d.recipient, d.state, d.error, d.attempts, d.created_at, c.name AS tenant,
           c.public_id AS client_public_id, i.number AS bill, i.public_id AS bill_public_id
      FROM delivery d
      LEFT JOIN account a ON a.id = d.account_id
      LEFT JOIN client c ON c.id = a.client_id
      LEFT JOIN invoice i ON i.id = d.invoice_id
     WHERE d.state IN ('failed', 'bounced')
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY d.id DESC
     LIMIT 20
    """
)
SILENT = text(
    """
    SELECT m.public_id, m.name, m.serial, s.name AS site, p.name AS point, d.last_day,
           cast(:day AS date) - d.last_day AS days
      FROM meter m
      JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)
      JOIN service_point p ON p.id = n.service_point_id
      JOIN site s ON s.id = p.site_id
      JOIN LATERAL (SELECT max(day) AS last_day
                      FROM interval_day i
                      JOIN register r ON r.id = i.register_id
                     WHERE r.meter_id = m.id) d ON true
     WHERE d.last_day < cast(:day AS date) - 2
       AND (d.last_day < date_trunc('month', cast(:day AS date) - 2)::date - 1 OR NOT EXISTS (
             SELECT 1  -- its newest reading came by a file or by hand, as once a month
               FROM register r
               JOIN LATERAL (SELECT source FROM reading WHERE register_id = r.id AND at >= d.last_day
                              ORDER BY at DESC LIMIT 1) newest ON newest.source <= 0
              WHERE r.meter_id = m.id))
       AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
     ORDER BY d.last_day
     LIMIT 20
    """
)


def failed_mails(session: Session, scope: Scope) -> list[FailedMail]:
    """The newest mails that were given up."""
    parameters = {"entities": None if scope.entities is None else list(scope.entities)}
    return [FailedMail(**row) for row in session.execute(MAILS, parameters).mappings()]


def missing_days(session: Session, scope: Scope, today: date) -> list[SilentMeter]:
    """Meters without a validated day for more than two days, the longest silence first.

    One that is read by hand or from files is late once the month before is not complete.
    """
    parameters = {"day": today, "entities": None if scope.entities is None else list(scope.entities)}
    return [SilentMeter(**row) for row in session.execute(SILENT, parameters).mappings()]
