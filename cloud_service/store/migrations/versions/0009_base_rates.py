"""Base rates that were published after the rules of a country were written down.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"

BASE_RATE = """
CREATE TABLE base_rate (
    country text NOT NULL,
    start date NOT NULL,
    percent numeric(9, 4) NOT NULL,
    author text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_base_rate PRIMARY KEY (country, start)
);
GRANT SELECT, INSERT, UPDATE ON base_rate TO energy_app;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(BASE_RATE)


def downgrade() -> None:
    op.get_bind().connection.execute("DROP TABLE base_rate")
