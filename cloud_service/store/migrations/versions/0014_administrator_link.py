"""The one-time link by which the first administrator of an installation comes in.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"

LINK = """
CREATE TABLE administrator_link (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_administrator_link PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT uq_administrator_link_token_hash UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON administrator_link TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(LINK)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
