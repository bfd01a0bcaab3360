"""With which rules an e-invoice was checked.

Revision ID: 0040
"""

from alembic import op

revision = "0040"
down_revision = "0039"

COLUMNS = """
ALTER TABLE document ADD COLUMN checks JSONB DEFAULT '[]' NOT NULL;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMNS)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
