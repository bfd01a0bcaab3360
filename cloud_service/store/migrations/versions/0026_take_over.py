"""Bills that were still open in the books before ours: what a client owes from the day on which ours take it over.

Revision ID: 0026
"""

from alembic import op

revision = "0026"
down_revision = "0025"

COLUMNS = """
ALTER TABLE invoice ADD COLUMN taken_over_on DATE;
ALTER TABLE invoice ADD COLUMN edition SMALLINT DEFAULT 1 NOT NULL;
ALTER TABLE invoice ADD CONSTRAINT ck_invoice_edition CHECK (edition = 1 or taken_over_on is not null);
ALTER TABLE invoice DROP CONSTRAINT uq_invoice_legal_entity_id_number;
ALTER TABLE invoice ADD CONSTRAINT uq_invoice_legal_entity_id_number_edition UNIQUE (legal_entity_id, number, edition);
ALTER TABLE ledger_account DROP CONSTRAINT ck_ledger_account_kind;
ALTER TABLE ledger_account ADD CONSTRAINT ck_ledger_account_kind CHECK (kind in ('receivable','revenue','tax','cash',
    'deposit','write_off','fees','interest','fx','clearing','refund','rounding','credit','opening'));
"""

# Money of payments, of credit notes, and allocations without a source: what was given up as lost.
SUMS = """
           sum(x.amount) AS settled,
           sum(x.amount) FILTER (WHERE x.payment_id IS NOT NULL) AS received,
           sum(x.amount) FILTER (WHERE x.credit_note_id IS NOT NULL) AS credited,
           sum(x.amount) FILTER (WHERE num_nonnulls(x.payment_id, x.credit_note_id) = 0) AS written_off,
           max(x.day) FILTER (WHERE x.amount < 0) AS freed_on
"""

# An invoice over less than nothing owes nothing: its amount is the client's credit.
BALANCE = """
    SELECT i.id AS invoice_id, i.account_id, i.legal_entity_id, i.number, i.kind, i.prepaid, i.currency, i.bill_date,
           i.due_date, i.total,
           coalesce(s.settled, 0) AS settled,
           coalesce(s.received, 0) AS received,
           coalesce(s.credited, 0) AS credited,
           coalesce(s.written_off, 0) AS written_off,
           greatest(i.total, 0) - coalesce(s.settled, 0) AS outstanding,
           (greatest(i.total, 0) - coalesce(s.settled, 0)) * i.local_rate AS outstanding_local,
           greatest(coalesce(i.taken_over_on, i.bill_date), s.freed_on) AS open_since
      FROM invoice i
"""

VIEW = f"""
CREATE OR REPLACE VIEW invoice_balance AS
{BALANCE}
      CROSS JOIN LATERAL (SELECT {SUMS} FROM allocation x WHERE x.invoice_id = i.id) s;

COMMENT ON COLUMN invoice_balance.open_since IS
    'The day of the bill or of its taking over, or the last day on which money was taken back from it';
"""

AT = f"""
CREATE OR REPLACE FUNCTION invoice_balance_at(as_of date, of_account bigint DEFAULT NULL) RETURNS TABLE (
    invoice_id bigint, account_id bigint, legal_entity_id bigint, number text, kind text, prepaid boolean,
    currency text, bill_date date, due_date date, total numeric, settled numeric, received numeric, credited numeric,
    written_off numeric, outstanding numeric, outstanding_local numeric, open_since date
) LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000 AS $$
{BALANCE}
      LEFT JOIN (SELECT x.invoice_id, {SUMS}
                   FROM allocation x
                  WHERE x.day <= as_of
                    AND (of_account IS NULL OR x.invoice_id = ANY (ARRAY(
                             SELECT o.id FROM invoice o WHERE o.account_id = of_account)))
                  GROUP BY x.invoice_id) s ON s.invoice_id = i.id
     WHERE coalesce(i.taken_over_on, i.bill_date) <= as_of AND (of_account IS NULL OR i.account_id = of_account)
$$;

"""


def upgrade() -> None:
    connection = op.get_bind().connection
    for script in (COLUMNS, VIEW, AT):
        connection.execute(script)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
