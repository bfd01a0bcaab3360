"""What an invoice still owes is said in one place: a view of what is booked, and the same as at the end of a day.

Both are written from the same texts below. The view looks the allocations of each invoice up, which is right for one
invoice, one account or a page of a list; the function reads all allocations once, which is right for sums over the books.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"

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
           greatest(i.bill_date, s.freed_on) AS open_since
      FROM invoice i
"""

VIEW = f"""
CREATE VIEW invoice_balance AS
{BALANCE}
      CROSS JOIN LATERAL (SELECT {SUMS} FROM allocation x WHERE x.invoice_id = i.id) s;

COMMENT ON VIEW invoice_balance IS 'What each invoice still owes by all that is booked';
COMMENT ON COLUMN invoice_balance.outstanding IS 'What is still owed, in the currency of the invoice; never less than 0';
COMMENT ON COLUMN invoice_balance.open_since IS 'The bill date, or the last day on which money was taken back from it';
"""

AT = f"""
CREATE FUNCTION invoice_balance_at(as_of date, of_account bigint DEFAULT NULL) RETURNS TABLE (
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
     WHERE i.bill_date <= as_of AND (of_account IS NULL OR i.account_id = of_account)
$$;

COMMENT ON FUNCTION invoice_balance_at(date, bigint) IS
    'invoice_balance as at the end of a day (infinity: of all that is booked), of the invoices issued until then';
"""

ROLE = """
GRANT SELECT ON invoice_balance TO energy_app;
GRANT EXECUTE ON FUNCTION invoice_balance_at(date, bigint) TO energy_app;
"""


def upgrade() -> None:
    connection = op.get_bind().connection
    for script in (VIEW, AT, ROLE):
        connection.execute(script)


def downgrade() -> None:
    msg = "books are not taken apart: restore a backup instead"
    raise RuntimeError(msg)
