"""By whose clock a person reads: the zone of the site where a meter hangs, or of a service point."""

from sqlalchemy import text
from sqlalchemy.orm import Session

OF_METER = text(
    """
    SELECT s.timezone
      FROM meter_mount m
      JOIN service_point p ON p.id = m.service_point_id
      JOIN site s ON s.id = p.site_id
     WHERE m.meter_id = :meter
     ORDER BY m.during DESC
     LIMIT 1
    """
)
OF_POINT = text("SELECT s.timezone FROM service_point p JOIN site s ON s.id = p.site_id WHERE p.id = :point")
ALL = text(
    """
    SELECT timezone FROM site
     UNION
    SELECT timezone FROM legal_entity WHERE NOT EXISTS (SELECT 1 FROM site)
     ORDER BY 1
    """
)


def site_zones(session: Session) -> list[str]:
    """Those of all sites; of the companies where there is no site yet."""
    return list(session.execute(ALL).scalars())


def meter_zone(session: Session, meter_id: int) -> str:
    """Where it hangs, or hung last; empty where it never did."""
    return session.execute(OF_METER, {"meter": meter_id}).scalar_one_or_none() or ""


def point_zone(session: Session, point_id: int) -> str:
    """Of its site."""
    return str(session.execute(OF_POINT, {"point": point_id}).scalar_one())
