"""A mount's opening and closing index make days by themselves; late days are told by the site's own midnights.

Revision ID: 0018
"""

from alembic import op

revision = "0018"
down_revision = "0017"

# The days of the moments at which the meter came and went; of a meter that has days already also those between: without
# this mount they were made of other readings, perhaps in another zone.
MOUNT = """
CREATE OR REPLACE FUNCTION mount_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_new boolean := TG_OP = 'INSERT';
    first timestamptz := coalesce(lower(NEW.during), '-infinity');
    last timestamptz := coalesce(upper(NEW.during), 'infinity');
    first_before timestamptz := CASE WHEN is_new THEN first ELSE coalesce(lower(OLD.during), '-infinity') END;
    last_before timestamptz := CASE WHEN is_new THEN last ELSE coalesce(upper(OLD.during), 'infinity') END;
BEGIN
    INSERT INTO dirty_day (register_id, day)
    SELECT r.id, touched.day
      FROM register r
      JOIN service_point p ON p.id = NEW.service_point_id JOIN site s ON s.id = p.site_id
     CROSS JOIN LATERAL (
           SELECT (edge.at AT TIME ZONE s.timezone - edge.back)::date AS day
             FROM (VALUES (first, interval '0'), (first, interval '1 microsecond'),
                          (last, interval '0'), (last, interval '1 microsecond'),
                          (first_before, interval '0'), (last_before, interval '0')) AS edge(at, back)
            WHERE isfinite(edge.at) AND (NEW.opening ? r.name OR NEW.closing ? r.name
                  OR EXISTS (SELECT 1 FROM interval_day d WHERE d.register_id = r.id))
            UNION
           SELECT d.day FROM interval_day d
             JOIN (VALUES (least(first, first_before), CASE WHEN is_new THEN last ELSE greatest(first, first_before) END),
                          (least(last, last_before), greatest(last, last_before))) AS changed(since, until)
               ON d.day BETWEEN (changed.since AT TIME ZONE s.timezone)::date AND (changed.until AT TIME ZONE s.timezone)::date
            WHERE d.register_id = r.id) AS touched
     WHERE r.meter_id = NEW.meter_id AND r.kind in ('index', 'interval');
    RETURN NULL;
END $$;
"""

LATE = """
CREATE OR REPLACE FUNCTION note_late_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO late_day (invoice_id, register_id, day, before, after)
    SELECT s.invoice_id, n.register_id, n.day, NULL, n.total
      FROM new_days n
      JOIN register r ON r.id = n.register_id AND r.billed
      JOIN meter_mount m ON m.meter_id = r.meter_id
      JOIN contract c ON c.service_point_id = m.service_point_id AND c.during @> n.day
      JOIN invoice_span s ON s.contract_id = c.id AND s.during @> n.day AND NOT s.credited
      JOIN service_point p ON p.id = m.service_point_id
      JOIN site h ON h.id = p.site_id
     WHERE m.during && tstzrange(n.day::timestamp AT TIME ZONE h.timezone,
                                 (n.day + 1)::timestamp AT TIME ZONE h.timezone);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION note_late_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO late_day (invoice_id, register_id, day, before, after)
    SELECT s.invoice_id, n.register_id, n.day, o.total, n.total
      FROM new_days n
      JOIN old_days o ON o.register_id = n.register_id AND o.day = n.day AND o."values" <> n."values"
      JOIN register r ON r.id = n.register_id AND r.billed
      JOIN meter_mount m ON m.meter_id = r.meter_id
      JOIN contract c ON c.service_point_id = m.service_point_id AND c.during @> n.day
      JOIN invoice_span s ON s.contract_id = c.id AND s.during @> n.day AND NOT s.credited
      JOIN service_point p ON p.id = m.service_point_id
      JOIN site h ON h.id = p.site_id
     WHERE m.during && tstzrange(n.day::timestamp AT TIME ZONE h.timezone,
                                 (n.day + 1)::timestamp AT TIME ZONE h.timezone);
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    connection = op.get_bind().connection
    for script in (MOUNT, LATE):
        connection.execute(script)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
