"""Receipts of payments: the number of each, the letter it was mailed with, and whether a company mails them.

Revision ID: 0048
"""

from alembic import op

revision = "0048"
down_revision = "0047"

RECEIPTS = """
ALTER TABLE legal_entity ADD COLUMN mails_receipts BOOLEAN DEFAULT false NOT NULL;
CREATE TABLE payment_receipt (
    payment_id BIGINT NOT NULL,
    number TEXT,
    delivery_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_receipt PRIMARY KEY (payment_id),
    CONSTRAINT uq_payment_receipt_delivery_id UNIQUE (delivery_id),
    CONSTRAINT fk_payment_receipt_payment_id FOREIGN KEY(payment_id) REFERENCES payment (id),
    CONSTRAINT fk_payment_receipt_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id)
);
GRANT SELECT, INSERT ON payment_receipt TO energy_app;
GRANT UPDATE (number, delivery_id) ON payment_receipt TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(RECEIPTS)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
