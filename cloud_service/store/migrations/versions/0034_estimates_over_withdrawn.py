"""Estimates where a person took a reading back: there they count as an entry by hand, or the taking back would hide them.

Revision ID: 0034
"""

from alembic import op

revision = "0034"
down_revision = "0033"

COLUMN = """
ALTER TABLE gap_estimate ADD COLUMN note_id bigint
    CONSTRAINT fk_gap_estimate_note_id REFERENCES reading_note (id);
"""


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMN)


def downgrade() -> None:
    msg = "readings are not taken back: restore a backup instead"
    raise RuntimeError(msg)
