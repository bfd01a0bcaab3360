"""The cubic metres that an invoice bills, beside its kilowatt hours: lists and sums of water and gas.

Revision ID: 0040
"""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.execute("ALTER TABLE invoice ADD COLUMN volume BIGINT DEFAULT 0 NOT NULL")


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
