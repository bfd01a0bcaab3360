"""Billing runs as people list them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from cloud_service.store.invoicing.tables import BillingItem, BillingRun
from cloud_service.store.lists.paging import Listing, ListQuery, filters_equal, text_in
from cloud_service.store.scope import Scope


def runs(scope: Scope, query: ListQuery) -> Listing:
    """Billing runs with how many of their items are where; a trial that is over is a trial. Filters: `state`."""
    statement = select(
        BillingRun.id,
        BillingRun.public_id,
        BillingRun.name,
        BillingRun.state,
        case((and_(BillingRun.dry_run, BillingRun.state == "cancelled"), "trial"), else_=BillingRun.state).label(
            "shown_state"
        ),
        func.lower(BillingRun.during).label("since"),
        func.upper(BillingRun.during).label("until"),
        BillingRun.bill_date,
        BillingRun.dry_run,
        BillingRun.created_by,
        BillingRun.approved_by,
        BillingRun.created_at,
        BillingRun.finished_at,
        _items("issued").label("issued"),
        _items("parked").label("parked"),
        _items("waiting").label("waiting"),
        _items("rated").label("rated"),
        _items("waiting", "rated", "issued", "parked", "cancelled").label("total"),
    ).where(*text_in(query, BillingRun.name), *filters_equal(query, state=BillingRun.state))
    if scope.entities is not None:
        statement = statement.where(BillingRun.legal_entity_id.in_(scope.entities))
    columns = {
        "name": BillingRun.name,
        "shown_state": BillingRun.state,
        "bill_date": BillingRun.bill_date,
        "created_at": BillingRun.created_at,
    }
    return Listing(statement, columns, ("created_at", True), BillingRun.id)


def _items(*states: str) -> ColumnElement[Any]:
    """How many items of a run are in one of the states."""
    return (
        select(func.count())
        .where(BillingItem.billing_run_id == BillingRun.id, BillingItem.state.in_(states))
        .correlate(BillingRun)
        .scalar_subquery()
    )
