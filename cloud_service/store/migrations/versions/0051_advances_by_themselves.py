"""Companies whose bills in advance are issued by themselves on their days.

Revision ID: 0051
"""

from alembic import op

revision = "0051"
down_revision = "0050"

COLUMN = "ALTER TABLE billing_calendar ADD COLUMN advances BOOLEAN DEFAULT false NOT NULL;"


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMN)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
