"""The cubic metres that an invoice bills, beside its kilowatt hours: lists and sums of water and gas.

Revision ID: 0041
"""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.execute("ALTER TABLE invoice ADD COLUMN volume BIGINT DEFAULT 0 NOT NULL")


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
