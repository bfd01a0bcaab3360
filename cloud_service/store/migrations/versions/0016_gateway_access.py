"""Gateways are registered by people: the hash of their password, the end of their access; what was refused of each.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0015"

ACCESS = """
ALTER TABLE gateway
    ADD COLUMN password_hash TEXT DEFAULT '' NOT NULL,
    ADD COLUMN password_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN revoked_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_quarantine_gateway ON quarantine (gateway, reason) WHERE resolved = '' AND gateway <> '';
"""


def upgrade() -> None:
    op.get_bind().connection.execute(ACCESS)
