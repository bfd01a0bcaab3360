"""What a copy of the books must have in common with the original: rows, sums of the ledger, the audit chain."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.audit import log

SNAPSHOT = text("SELECT pg_export_snapshot()")
REVISION = text("SELECT version_num FROM alembic_version")
TABLES = text(
    """
    SELECT format('SELECT count(*) FROM public.%I', c.relname) AS counting, c.relname AS name
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public'
       AND c.relkind = 'r'
     ORDER BY c.relname
    """
)
LEDGER = text(
    """
    SELECT a.currency, sum(l.amount) AS total, coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debited
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
     GROUP BY a.currency
     ORDER BY a.currency
    """
)


@dataclass(frozen=True, slots=True)
class BooksProof:
    """Plain values, so that they can be written down beside a copy."""

    rows: Mapping[str, int]  # by table
    ledger: Mapping[str, str]  # by currency: what was debited, and the sum of all lines, which is nothing
    audit_rows: int
    audit_head: str
    audit_fault: str


def begin_snapshot(session: Session) -> str:
    """See one moment of the database from here to the end of the transaction; its name lets others see the same."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return str(session.execute(SNAPSHOT).scalar_one())


def revision(session: Session) -> str:
    """The revision of the tables."""
    return str(session.execute(REVISION).scalar_one())


def prove(session: Session) -> BooksProof:
    """Count and sum what is there."""
    tables = session.execute(TABLES).all()
    ledger = session.execute(LEDGER).all()
    chain = log.verify(session)
    return BooksProof(
        rows={table.name: int(session.execute(text(table.counting)).scalar_one()) for table in tables},
        ledger={row.currency: f"{row.debited:f} {row.total:f}" for row in ledger},
        audit_rows=chain.rows,
        audit_head=chain.head,
        audit_fault=chain.fault,
    )


def differences(before: BooksProof, after: BooksProof) -> list[str]:
    """What differs between original and copy, in words; empty where nothing does."""
    tables = [
        f"{name}: {before.rows.get(name, 0)} rows before, {after.rows.get(name, 0)} now"
        for name in sorted({*before.rows, *after.rows})
        if before.rows.get(name, 0) != after.rows.get(name, 0)
    ]
    ledger = ["the sums of the ledger"] if dict(before.ledger) != dict(after.ledger) else []
    chain = (
        ["the audit chain"] if (before.audit_rows, before.audit_head) != (after.audit_rows, after.audit_head) else []
    )
    broken = [f"the audit chain: {after.audit_fault}"] if after.audit_fault and not before.audit_fault else []
    return tables + ledger + chain + broken
