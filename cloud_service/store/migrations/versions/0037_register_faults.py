"""Registers whose days could not be made: why, and when they are tried again.

Revision ID: 0037
"""

from alembic import op

revision = "0037"
down_revision = "0036"

TABLES = """
CREATE TABLE register_fault (
    register_id BIGINT NOT NULL,
    error TEXT NOT NULL,
    tries BIGINT NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_register_fault PRIMARY KEY (register_id),
    CONSTRAINT fk_register_fault_register_id FOREIGN KEY(register_id) REFERENCES register (id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON register_fault TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(TABLES)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
