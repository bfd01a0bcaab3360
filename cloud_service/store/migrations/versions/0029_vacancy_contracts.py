"""Contracts of the owner for days without a tenant say so themselves: who the owner is may change."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE contract ADD COLUMN vacancy BOOLEAN DEFAULT false NOT NULL",
    """
    UPDATE contract c SET vacancy = true
      FROM service_point p
     WHERE p.id = c.service_point_id AND c.number LIKE '%-VAC-%'
       AND (p.settings->'vacancy'->>'account')::bigint = c.account_id
    """,
)


def upgrade() -> None:
    """Add it; the owner's contracts so far are known by their number and account."""
    for statement in STATEMENTS:
        op.execute(statement)
