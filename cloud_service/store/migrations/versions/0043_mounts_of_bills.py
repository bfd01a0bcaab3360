"""Bills whose days had another meter, or another multiplier, than is said now are noted as those with late readings.

Revision ID: 0043
"""

from alembic import op

revision = "0043"
down_revision = "0042"

TRIGGER = """
CREATE FUNCTION note_mount_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed tstzmultirange;
BEGIN
    IF TG_OP = 'INSERT' THEN
        changed := tstzmultirange(NEW.during);
    ELSIF TG_OP = 'DELETE' THEN
        changed := tstzmultirange(OLD.during);
    ELSIF (OLD.multiplier, OLD.meter_id, OLD.service_point_id) <> (NEW.multiplier, NEW.meter_id, NEW.service_point_id)
    THEN
        changed := tstzmultirange(OLD.during) + tstzmultirange(NEW.during);
    ELSE
        changed := tstzmultirange(OLD.during) + tstzmultirange(NEW.during)
                   - tstzmultirange(OLD.during) * tstzmultirange(NEW.during);
    END IF;
    INSERT INTO late_day (invoice_id, register_id, day, before, after)
    SELECT s.invoice_id, r.id, g.day::date,
           CASE WHEN TG_OP <> 'INSERT' THEN round(coalesce(i.total, 0) * OLD.multiplier) END,
           CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE round(coalesce(i.total, 0) * NEW.multiplier) END
      FROM contract c
      JOIN invoice_span s ON s.contract_id = c.id AND NOT s.credited
      JOIN service_point p ON p.id = c.service_point_id
      JOIN site h ON h.id = p.site_id
      JOIN register r ON r.billed AND r.meter_id IN (OLD.meter_id, NEW.meter_id)
     CROSS JOIN LATERAL generate_series(lower(s.during)::timestamp, upper(s.during)::timestamp - interval '1 day',
                                        interval '1 day') g(day)
      LEFT JOIN interval_day i ON i.register_id = r.id AND i.day = g.day::date
     WHERE c.service_point_id IN (OLD.service_point_id, NEW.service_point_id)
       AND NOT isempty(changed)
       AND s.during && daterange((lower(changed) AT TIME ZONE h.timezone)::date,
                                 (upper(changed) AT TIME ZONE h.timezone)::date, '[]')
       AND changed && tstzrange(g.day AT TIME ZONE h.timezone, (g.day + interval '1 day') AT TIME ZONE h.timezone);
    RETURN NULL;
END $$;
CREATE TRIGGER note_mount_change AFTER INSERT OR DELETE OR UPDATE OF during, multiplier, meter_id, service_point_id
    ON meter_mount FOR EACH ROW EXECUTE FUNCTION note_mount_change();
GRANT EXECUTE ON FUNCTION note_mount_change() TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(TRIGGER)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
