"""Billing by calendar: a last day for readings, what happens with what lacks some then, and what is far from before.

An item that is parked remembers the code of its reason and when, so that it comes back when its readings are in.

Revision ID: 0031
"""

from alembic import op

revision = "0031"
down_revision = "0030"

COLUMNS = """
ALTER TABLE billing_calendar
    ADD COLUMN last_days smallint,
    ADD COLUMN incomplete text DEFAULT 'person' NOT NULL,
    ADD COLUMN confirm_estimates boolean DEFAULT true NOT NULL,
    ADD COLUMN outlier_times numeric(6,2) DEFAULT 2 NOT NULL,
    ADD COLUMN outlier_small numeric(20,6) DEFAULT 5 NOT NULL,
    ADD CONSTRAINT ck_billing_calendar_last_days CHECK (last_days between after_days and 120),
    ADD CONSTRAINT ck_billing_calendar_incomplete CHECK (incomplete in ('person','estimate')),
    ADD CONSTRAINT ck_billing_calendar_last_day CHECK (incomplete = 'person' or last_days is not null),
    ADD CONSTRAINT ck_billing_calendar_outlier CHECK (outlier_times > 1 and outlier_small >= 0);
ALTER TABLE billing_item
    ADD COLUMN code text DEFAULT '' NOT NULL,
    ADD COLUMN parked_at timestamp with time zone;
CREATE INDEX ix_billing_item_parked ON billing_item (billing_run_id) WHERE state = 'parked' AND code <> '';
"""


def upgrade() -> None:
    op.get_bind().connection.execute(COLUMNS)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
