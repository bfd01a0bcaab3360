"""Check that entries balance once a statement instead of once a line: the lines of an entry are written together.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"

BALANCE = """
DROP TRIGGER entry_balances ON ledger_line;
CREATE OR REPLACE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
    SELECT l.ledger_entry_id, a.currency, sum(l.amount) AS amount INTO fault
      FROM ledger_line l JOIN ledger_account a ON a.id = l.ledger_account_id
     WHERE l.ledger_entry_id IN (SELECT DISTINCT n.ledger_entry_id FROM new_lines n)
     GROUP BY l.ledger_entry_id, a.currency HAVING sum(l.amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % does not balance: % %', fault.ledger_entry_id, fault.amount, fault.currency
            USING ERRCODE = 'check_violation', HINT = 'write all lines of an entry in one statement';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_balances AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION entry_balances();
"""


def upgrade() -> None:
    op.get_bind().connection.execute(BALANCE)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
