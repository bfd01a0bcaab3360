"""Bookings of the bank are looked for by their days.

Revision ID: 0038
"""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.get_bind().connection.execute("CREATE INDEX ix_payment_bank_day ON payment (day) WHERE provider = 'bank'")


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
