"""Bills as people list them: what was billed, what came in, what is open, in the account's and in local currency."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased

from cloud_service.store.customers.tables import Account, Client
from cloud_service.store.invoicing.tables import Invoice
from cloud_service.store.lists.paging import AnySelect, Listing, ListQuery, SqlColumn, filters_equal, page_of, text_in
from cloud_service.store.receivables.invoice_balance import invoice_balance
from cloud_service.store.receivables.ledger_tables import LedgerEntryRow
from cloud_service.store.scope import Scope
from common.errors import NotFoundError

STATES = ("open", "part", "overdue", "paid", "credited", "written_off", "credit_note", "taken_back")

owes = or_(Invoice.kind == "invoice", Invoice.total > 0)
"""A bill, or a credit note of one in the client's favour: what that had given is owed again."""
is_taken_back = and_(
    Invoice.taken_over_on.is_not(None),
    exists().where(LedgerEntryRow.business_key == func.concat("take_over_undo:", Invoice.id)),
)
_credit_note = aliased(Invoice)
is_corrected = exists().where(_credit_note.corrects_id == Invoice.id, _credit_note.kind == "credit_note")
"""A credit note is of this very bill; credit from elsewhere pays it as money does."""
received: ColumnElement[Any] = invoice_balance.c.received
outstanding: ColumnElement[Any] = case((owes, invoice_balance.c.outstanding), else_=0)
outstanding_local: ColumnElement[Any] = case((owes, invoice_balance.c.outstanding_local), else_=0)


def state_of(today: date) -> ColumnElement[str]:
    """One word for where a bill stands on a day."""
    return case(
        (is_taken_back, "taken_back"),
        (and_(Invoice.kind == "credit_note", outstanding <= 0), "credit_note"),
        (and_(outstanding <= 0, invoice_balance.c.credited > 0, is_corrected), "credited"),
        (
            and_(outstanding <= 0, received + invoice_balance.c.credited < func.greatest(Invoice.total, 0)),
            "written_off",
        ),
        (outstanding <= 0, "paid"),
        (Invoice.due_date < today, "overdue"),
        (received > 0, "part"),
        else_="open",
    )


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Bills the reader may know of."""
    limits: list[ColumnElement[bool]] = []
    if scope.entities is not None:
        limits.append(Invoice.legal_entity_id.in_(scope.entities))
    if scope.clients is not None:
        limits.append(Account.client_id.in_(scope.clients))
    return limits


def invoice_row(session: Session, invoice_id: int, today: date) -> Any:
    """The row of one bill; NotFoundError where there is none."""
    query = ListQuery(filters={"id": (str(invoice_id),)}, size=1)
    rows = page_of(session, invoices(Scope(), query, today), query).rows
    if not rows:
        raise NotFoundError("there is no such bill")
    return rows[0]


SUMS: dict[str, ColumnElement[Any]] = {
    "energy": func.coalesce(func.sum(Invoice.energy), 0),  # a credit note takes its bill's energy back
    "volume": func.coalesce(func.sum(Invoice.volume), 0),
    "total_local": func.coalesce(func.sum(Invoice.total * Invoice.local_rate), 0),
    "outstanding_local": func.coalesce(func.sum(outstanding_local), 0),
    "local_currency": func.coalesce(func.min(Invoice.local_currency), literal("")),
    "currencies": func.count(func.distinct(Invoice.local_currency)),
}


def invoices(scope: Scope, query: ListQuery, today: date) -> Listing:
    """One list for console, command line and files.

    Filters: `status` (several), `from`, `to` (bill date, both included), `mode`, `account`, `client`, `currency`,
    `number`, `id`.
    """
    state = state_of(today)
    statement = _joined(
        select(
            Invoice.id,
            Invoice.public_id,
            Invoice.number,
            Invoice.kind,
            Client.name.label("tenant"),
            Client.public_id.label("client_public_id"),
            Account.number.label("account"),
            Invoice.bill_date,
            Invoice.due_date,
            Invoice.currency,
            Invoice.total,
            received.label("received"),
            outstanding.label("outstanding"),
            Invoice.local_currency,
            (Invoice.total * Invoice.local_rate).label("total_local"),
            outstanding_local.label("outstanding_local"),
            Invoice.energy,
            Invoice.volume,
            Invoice.prepaid,
            state.label("state"),
        )
    ).where(*in_scope(scope), not_(is_taken_back), *_filters(query, state))
    return Listing(statement, _sortable(state), ("bill_date", True), Invoice.id, SUMS)


def _sortable(state: ColumnElement[str]) -> dict[str, SqlColumn]:
    return {
        "id": Invoice.id,
        "number": Invoice.number,
        "tenant": Client.name,
        "bill_date": Invoice.bill_date,
        "due_date": Invoice.due_date,
        "total": Invoice.total,
        "received": received,
        "outstanding": outstanding,
        "energy": Invoice.energy,
        "volume": Invoice.volume,
        "prepaid": Invoice.prepaid,
        "state": state,
    }


def _joined(statement: AnySelect) -> AnySelect:
    return (
        statement.join(Account, Account.id == Invoice.account_id)
        .join(Client, Client.id == Account.client_id)
        .join(invoice_balance, invoice_balance.c.invoice_id == Invoice.id)
    )


def _filters(query: ListQuery, state: ColumnElement[str]) -> list[ColumnElement[bool]]:
    by_id = [Invoice.id == int(invoice_id)] if (invoice_id := query.value_of("id")) else []
    limits = [
        *by_id,
        *text_in(query, Invoice.number, Client.name, Account.number),
        *filters_equal(
            query, account=Account.number, client=Client.number, number=Invoice.number, currency=Invoice.currency
        ),
    ]
    if states := [state_name for state_name in query.filters.get("status", ()) if state_name in STATES]:
        limits.append(state.in_(states))
    if first := query.value_of("from"):
        limits.append(Invoice.bill_date >= date.fromisoformat(first))
    if last := query.value_of("to"):
        limits.append(Invoice.bill_date <= date.fromisoformat(last))
    if mode := query.value_of("mode"):
        limits.append(Invoice.prepaid.is_(mode == "prepaid"))
    return limits
