"""Billing runs, tariffs and the audit log as people list them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from cloud_service.store.audit.tables import Audit
from cloud_service.store.invoicing.tables import BillingItem, BillingRun
from cloud_service.store.lists.paging import Listing, Wanted, contains
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment, TariffVersion


def runs(scope: Scope, wanted: Wanted) -> Listing:
    """Billing runs with how many of their items are where. Filters: `state`."""

    def items(*states: str) -> ColumnElement[Any]:
        return (
            select(func.count())
            .where(BillingItem.billing_run_id == BillingRun.id, BillingItem.state.in_(states))
            .correlate(BillingRun)
            .scalar_subquery()
        )

    total = items("waiting", "rated", "issued", "parked", "cancelled")
    query = select(
        BillingRun.id,
        BillingRun.public_id,
        BillingRun.name,
        BillingRun.state,
        func.lower(BillingRun.during).label("since"),
        func.upper(BillingRun.during).label("until"),
        BillingRun.bill_date,
        BillingRun.dry_run,
        BillingRun.created_by,
        BillingRun.approved_by,
        BillingRun.created_at,
        BillingRun.finished_at,
        items("issued").label("issued"),
        items("parked").label("parked"),
        items("waiting").label("waiting"),
        items("rated").label("rated"),
        total.label("total"),
    )
    if scope.entities is not None:
        query = query.where(BillingRun.legal_entity_id.in_(scope.entities))
    if wanted.text:
        query = query.where(BillingRun.name.ilike(contains(wanted.text)))
    if state := wanted.one("state"):
        query = query.where(BillingRun.state == state)
    columns = {
        "name": BillingRun.name,
        "state": BillingRun.state,
        "bill_date": BillingRun.bill_date,
        "created_at": BillingRun.created_at,
    }
    return Listing(query, columns, ("created_at", True), BillingRun.id)


def tariffs(scope: Scope, wanted: Wanted, today: date) -> Listing:
    """Tariffs with their versions and how many connections they price today."""
    versions = select(func.count()).where(TariffVersion.tariff_id == Tariff.id).correlate(Tariff).scalar_subquery()
    current = (
        select(func.max(func.lower(TariffVersion.during)))
        .where(TariffVersion.tariff_id == Tariff.id, TariffVersion.during.contains(today))
        .correlate(Tariff)
        .scalar_subquery()
    )
    used = (
        select(func.count())
        .where(TariffAssignment.tariff_id == Tariff.id, TariffAssignment.during.contains(today))
        .correlate(Tariff)
        .scalar_subquery()
    )
    query = select(
        Tariff.public_id,
        Tariff.code,
        Tariff.name,
        Tariff.currency,
        versions.label("versions"),
        current.label("current_since"),
        used.label("connections"),
    )
    if scope.entities is not None:
        query = query.where(Tariff.legal_entity_id.in_(scope.entities))
    if wanted.text:
        pattern = contains(wanted.text)
        query = query.where(or_(Tariff.code.ilike(pattern), Tariff.name.ilike(pattern)))
    columns = {"code": Tariff.code, "name": Tariff.name, "currency": Tariff.currency, "connections": used}
    return Listing(query, columns, ("name", False), Tariff.id)


def audit(wanted: Wanted) -> Listing:
    """The audit log, newest first. Filters: `from`, `to` (day in UTC, both included), `action`."""
    query = select(
        Audit.id, Audit.at, Audit.actor, Audit.action, Audit.subject, Audit.before, Audit.after, Audit.reason
    )
    if wanted.text:
        pattern = contains(wanted.text)
        query = query.where(
            or_(
                Audit.actor.ilike(pattern),
                Audit.action.ilike(pattern),
                Audit.subject.ilike(pattern),
                Audit.reason.ilike(pattern),
            )
        )
    if first := wanted.one("from"):
        query = query.where(func.date(func.timezone("UTC", Audit.at)) >= date.fromisoformat(first))
    if last := wanted.one("to"):
        query = query.where(func.date(func.timezone("UTC", Audit.at)) <= date.fromisoformat(last))
    columns = {"at": Audit.at, "actor": Audit.actor, "action": Audit.action, "subject": Audit.subject}
    return Listing(query, columns, ("at", True), Audit.id)
