"""Estimates for gaps of readings: which gap, by which rule and figures, and who confirmed them.

The values are readings like those of a file, under an `import_file` of the format estimate: an actual reading of the
same instant counts before them, and what is withdrawn is an undone import.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0024"

TABLES = """
CREATE TABLE gap_estimate (
    import_file_id bigint NOT NULL,
    register_id bigint NOT NULL,
    start_at timestamp with time zone NOT NULL,
    end_at timestamp with time zone NOT NULL,
    rule text NOT NULL,
    figures jsonb DEFAULT '{}' NOT NULL,
    total bigint NOT NULL,
    proposed bigint,
    confirmed_by text DEFAULT '' NOT NULL,
    confirmed_at timestamp with time zone,
    CONSTRAINT pk_gap_estimate PRIMARY KEY (import_file_id),
    CONSTRAINT fk_gap_estimate_import_file_id FOREIGN KEY (import_file_id) REFERENCES import_file (id),
    CONSTRAINT fk_gap_estimate_register_id FOREIGN KEY (register_id) REFERENCES register (id),
    CONSTRAINT ck_gap_estimate_gap CHECK (start_at < end_at),
    CONSTRAINT ck_gap_estimate_total CHECK (total >= 0)
);
CREATE INDEX ix_gap_estimate_register_id ON gap_estimate (register_id, start_at);
CREATE INDEX ix_gap_estimate_unconfirmed ON gap_estimate (register_id) WHERE confirmed_at IS NULL;
GRANT SELECT, INSERT ON gap_estimate TO energy_app;
GRANT UPDATE (confirmed_by, confirmed_at) ON gap_estimate TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(TABLES)


def downgrade() -> None:
    msg = "readings are not taken back: restore a backup instead"
    raise RuntimeError(msg)
