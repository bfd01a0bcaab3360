"""Look each written entry up by its number to check that it balances, so that the check costs the same in old books.

Asked for the first fault among all, PostgreSQL walked through the index of every ledger line there is.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"

BALANCE = """
CREATE OR REPLACE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
    SELECT n.ledger_entry_id, off.currency, off.amount INTO fault
      FROM (SELECT DISTINCT ledger_entry_id FROM new_lines) n CROSS JOIN LATERAL (
            SELECT a.currency, sum(l.amount) AS amount
              FROM ledger_line l JOIN ledger_account a ON a.id = l.ledger_account_id
             WHERE l.ledger_entry_id = n.ledger_entry_id
             GROUP BY a.currency HAVING sum(l.amount) <> 0) off LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % does not balance: % %', fault.ledger_entry_id, fault.amount, fault.currency
            USING ERRCODE = 'check_violation', HINT = 'write all lines of an entry in one statement';
    END IF;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.get_bind().connection.execute(BALANCE)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
