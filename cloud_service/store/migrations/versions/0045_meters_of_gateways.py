"""A meter that hangs nowhere yet is of the gateway that spoke of it first.

Revision ID: 0045
"""

from alembic import op

revision = "0045"
down_revision = "0044"

COLUMN = """
ALTER TABLE meter ADD COLUMN gateway_id BIGINT;
ALTER TABLE meter ADD CONSTRAINT fk_meter_gateway_id FOREIGN KEY (gateway_id) REFERENCES gateway (id);
CREATE INDEX ix_meter_gateway_id ON meter (gateway_id);
"""

FIRST_READ_BY = """
UPDATE meter m
   SET gateway_id = (SELECT s.gateway_id
                       FROM register r
                       JOIN reading x ON x.register_id = r.id
                       JOIN stream s ON s.id = x.source
                      WHERE r.meter_id = m.id
                      LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM meter_mount n WHERE n.meter_id = m.id);
"""


def upgrade() -> None:
    connection = op.get_bind().connection
    for script in (COLUMN, FIRST_READ_BY):
        connection.execute(script)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
