"""Bank accounts in the parts of a country's own scheme, retired ones kept; companies with all ids their tax office gives.

Of the accounts in one currency the oldest was printed on bills: it is the default from now on.

Revision ID: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"

ACCOUNTS = """
ALTER TABLE bank_account
    ADD COLUMN public_id UUID DEFAULT gen_random_uuid() NOT NULL,
    ADD COLUMN scheme TEXT DEFAULT 'iban' NOT NULL,
    ADD COLUMN bank_code TEXT DEFAULT '' NOT NULL,
    ADD COLUMN branch_code TEXT DEFAULT '' NOT NULL,
    ADD COLUMN account_number TEXT DEFAULT '' NOT NULL,
    ADD COLUMN bank_name TEXT DEFAULT '' NOT NULL,
    ADD COLUMN free_lines TEXT DEFAULT '' NOT NULL,
    ADD COLUMN is_default BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN retired_on DATE,
    ALTER COLUMN iban SET DEFAULT '',
    ADD CONSTRAINT uq_bank_account_public_id UNIQUE (public_id),
    ADD CONSTRAINT ck_bank_account_scheme
        CHECK (scheme in ('iban','us','uk','in','ke','ke_paybill','au','free')),
    ADD CONSTRAINT ck_bank_account_default_in_use CHECK (NOT (is_default AND retired_on IS NOT NULL));
UPDATE bank_account SET is_default = true
 WHERE id IN (SELECT DISTINCT ON (legal_entity_id, currency) id FROM bank_account
               ORDER BY legal_entity_id, currency, id);
CREATE UNIQUE INDEX ix_bank_account_default ON bank_account (legal_entity_id, currency) WHERE is_default;
ALTER TABLE legal_entity
    ADD COLUMN tax_number TEXT DEFAULT '' NOT NULL,
    ADD COLUMN company_number TEXT DEFAULT '' NOT NULL;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(ACCOUNTS)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
