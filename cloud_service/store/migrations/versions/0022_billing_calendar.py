"""Billing runs can be planned by themselves; cycles of several months begin in any month.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"

CALENDAR = """
CREATE TABLE billing_calendar (
    legal_entity_id bigint NOT NULL CONSTRAINT pk_billing_calendar PRIMARY KEY
        CONSTRAINT fk_billing_calendar_legal_entity_id_legal_entity REFERENCES legal_entity (id),
    automatic boolean DEFAULT false NOT NULL,
    since date,
    after_days smallint DEFAULT 2 NOT NULL
        CONSTRAINT ck_billing_calendar_after_days CHECK (after_days between 0 and 60),
    approval text DEFAULT 'person' NOT NULL
        CONSTRAINT ck_billing_calendar_approval CHECK (approval in ('person','itself')),
    CONSTRAINT ck_billing_calendar_since CHECK (not automatic or since is not null)
);
GRANT SELECT, INSERT, UPDATE ON billing_calendar TO energy_app;
ALTER TABLE account ADD COLUMN billing_month smallint DEFAULT 1 NOT NULL
    CONSTRAINT ck_account_billing_month CHECK (billing_month between 1 and 12);
"""


def upgrade() -> None:
    op.get_bind().connection.execute(CALENDAR)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
