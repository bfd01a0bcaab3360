"""The meters whose readings a bill rests on: where a wrong one is corrected."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

METERS = text("""
SELECT DISTINCT t.public_id, t.name
  FROM invoice i
  JOIN invoice_span b ON b.invoice_id = i.id
  JOIN contract c ON c.id = b.contract_id
  JOIN service_point p ON p.id = c.service_point_id
  JOIN site s ON s.id = p.site_id
  JOIN meter_mount m ON m.service_point_id = p.id
   AND m.during && tstzrange(lower(b.during)::timestamp AT TIME ZONE s.timezone,
                             upper(b.during)::timestamp AT TIME ZONE s.timezone)
  JOIN meter t ON t.id = m.meter_id
 WHERE i.id = :invoice
 ORDER BY t.name
""")


@dataclass(frozen=True, slots=True)
class BilledMeter:
    """A meter that hung there on days of the bill."""

    public_id: UUID
    name: str


def billed_meters(session: Session, invoice_id: int) -> list[BilledMeter]:
    """Those of the bill, by name."""
    return [BilledMeter(**row) for row in session.execute(METERS, {"invoice": invoice_id}).mappings()]
