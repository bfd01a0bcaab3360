"""Events of payment companies that were not booked wait until a person says what becomes of them.

Revision ID: 0047
"""

from alembic import op

revision = "0047"
down_revision = "0046"

COLUMNS = """
ALTER TABLE payment_event ADD COLUMN amount NUMERIC(20, 6);
ALTER TABLE payment_event ADD COLUMN currency TEXT DEFAULT '' NOT NULL;
ALTER TABLE payment_event ADD COLUMN payment_ref TEXT DEFAULT '' NOT NULL;
ALTER TABLE payment_event ADD COLUMN undoes TEXT DEFAULT '' NOT NULL;
ALTER TABLE payment_event ADD COLUMN occurred_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE payment_event ADD COLUMN account_id BIGINT;
ALTER TABLE payment_event ADD COLUMN settled_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE payment_event ADD COLUMN settled_by TEXT DEFAULT '' NOT NULL;
ALTER TABLE payment_event ADD COLUMN settled_as TEXT DEFAULT '' NOT NULL;
ALTER TABLE payment_event ADD CONSTRAINT fk_payment_event_account_id FOREIGN KEY (account_id) REFERENCES account (id);
CREATE INDEX ix_payment_event_account_id ON payment_event (account_id);
CREATE INDEX ix_payment_event_undoes ON payment_event (provider, undoes) WHERE undoes <> '';
CREATE INDEX ix_payment_event_odd ON payment_event (id)
 WHERE settled_at IS NULL AND outcome NOT IN ('', 'booked', 'duplicate', 'noted');
"""


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMNS)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
