"""Cycles of any number of months: those that do not divide a year are told by a year in which one begins.

Revision ID: 0032
"""

from alembic import op

revision = "0032"
down_revision = "0031"

COLUMN = """
ALTER TABLE account ADD COLUMN billing_year smallint DEFAULT 2000 NOT NULL
    CONSTRAINT ck_account_billing_year CHECK (billing_year between 1990 and 2100);
"""


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMN)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
