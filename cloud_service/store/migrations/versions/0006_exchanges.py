"""A meter that comes, goes or gets other opening or closing indexes has its days made again.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"

TRIGGER = """
CREATE FUNCTION mount_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dirty_day (register_id, day)
    SELECT DISTINCT r.id, (edge.at AT TIME ZONE s.timezone - edge.back)::date
      FROM (VALUES (lower(NEW.during), interval '0'), (lower(NEW.during), interval '1 microsecond'),
                   (upper(NEW.during), interval '0'), (upper(NEW.during), interval '1 microsecond'),
                   (CASE TG_OP WHEN 'UPDATE' THEN lower(OLD.during) END, interval '0'),
                   (CASE TG_OP WHEN 'UPDATE' THEN upper(OLD.during) END, interval '0')) AS edge(at, back)
      JOIN register r ON r.meter_id = NEW.meter_id AND r.kind in ('index', 'interval')
      JOIN service_point p ON p.id = NEW.service_point_id JOIN site s ON s.id = p.site_id
     WHERE edge.at IS NOT NULL AND isfinite(edge.at) AND EXISTS (SELECT 1 FROM interval_day d WHERE d.register_id = r.id);
    RETURN NULL;
END $$;
CREATE TRIGGER mount_changed AFTER INSERT OR UPDATE OF during, opening, closing ON meter_mount
    FOR EACH ROW EXECUTE FUNCTION mount_changed();
GRANT EXECUTE ON FUNCTION mount_changed() TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(TRIGGER)


def downgrade() -> None:
    op.get_bind().connection.execute("DROP FUNCTION mount_changed() CASCADE")
