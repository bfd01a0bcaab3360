"""A new month of readings is attached, so that nobody who writes or reads other months waits for it.

`CREATE TABLE … PARTITION OF` locks all of `reading` until its transaction ends, which may be that of a long file.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"

ENSURE = """
CREATE OR REPLACE FUNCTION ensure_reading_month(month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE first date := date_trunc('month', month)::date; name text := 'reading_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_reading_month'));
    IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE reading INCLUDING ALL)', name);
    EXECUTE format('ALTER TABLE reading ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
END $$;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(ENSURE)


def downgrade() -> None:
    msg = "readings are not taken back: restore a backup instead"
    raise RuntimeError(msg)
