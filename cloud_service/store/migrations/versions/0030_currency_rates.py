"""Currency rates know where they are from; a company may have them fetched.

Revision ID: 0030
"""

from alembic import op

revision = "0030"
down_revision = "0029"

RATES = """
ALTER TABLE currency_rate ADD COLUMN source TEXT DEFAULT '' NOT NULL;
CREATE TABLE rate_fetching (
    legal_entity_id BIGINT NOT NULL,
    automatic BOOLEAN DEFAULT false NOT NULL,
    address TEXT NOT NULL,
    CONSTRAINT pk_rate_fetching PRIMARY KEY (legal_entity_id),
    CONSTRAINT fk_rate_fetching_legal_entity_id FOREIGN KEY(legal_entity_id) REFERENCES legal_entity (id)
);
GRANT SELECT, INSERT, UPDATE ON rate_fetching TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(RATES)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
