"""Intervals of days and months: the length of a reading's interval may be more than nine hours.

Revision ID: 0052
"""

from alembic import op

revision = "0052"
down_revision = "0051"

WIDER = """
DROP VIEW reading_best;
DROP VIEW reading_kept;
ALTER TABLE reading ALTER COLUMN step_s TYPE INTEGER;
"""
# as they were before
VIEWS = """
CREATE VIEW reading_kept WITH (security_invoker = true) AS
SELECT register_id, at, value, quality, time_quality, step_s, source, sequence, received_at
  FROM reading
 WHERE source >= 0 OR source <> ALL (ARRAY(SELECT -id FROM import_file WHERE undone_at IS NOT NULL));
CREATE VIEW reading_best WITH (security_invoker = true) AS
SELECT DISTINCT ON (register_id, at) register_id, at, value, quality, time_quality, step_s, source, sequence, received_at
  FROM reading_kept
 ORDER BY register_id, at, (source <> 0), (source <> 0 AND quality >= 2), (source <> 0 AND quality >= 3),
          received_at DESC, source, sequence DESC;
GRANT SELECT ON reading_kept, reading_best TO energy_app;
"""


def upgrade() -> None:
    connection = op.get_bind().connection
    for script in (WIDER, VIEWS):
        connection.execute(script)


def downgrade() -> None:
    msg = "readings are not taken back: restore a backup instead"
    raise RuntimeError(msg)
