"""Number series have a pattern, a first number, and follow each other within a year; one a kind and year is open.

Revision ID: 0027
"""

from alembic import op

revision = "0027"
down_revision = "0026"

SERIES = """
ALTER TABLE number_series
    ADD COLUMN pattern TEXT DEFAULT '' NOT NULL,
    ADD COLUMN first_number BIGINT DEFAULT '1' NOT NULL,
    ADD COLUMN closed BOOLEAN DEFAULT false NOT NULL,
    ADD CONSTRAINT ck_number_series_first_number CHECK (first_number between 1 and next_number);
UPDATE number_series SET pattern = replace(prefix, year::text, '{year}');
ALTER TABLE number_series DROP CONSTRAINT uq_number_series_legal_entity_id_kind_year;
CREATE UNIQUE INDEX ix_number_series_open ON number_series (legal_entity_id, kind, year) WHERE not closed;
CREATE INDEX ix_number_series_legal_entity_id ON number_series (legal_entity_id);
"""


def upgrade() -> None:
    op.get_bind().connection.execute(SERIES)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
