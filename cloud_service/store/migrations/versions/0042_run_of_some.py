"""Runs over some connections only: they bill nothing of the others.

Revision ID: 0042
"""

from alembic import op

revision = "0042"
down_revision = "0041"

COLUMN = "ALTER TABLE billing_run ADD COLUMN whole BOOLEAN DEFAULT true NOT NULL;"


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMN)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
