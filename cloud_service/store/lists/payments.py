"""Payments as people list them, in their own and in local currency by the rate of their day."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import aliased

from cloud_service.domain.invoicing.payment_receipt import NO_INCOME
from cloud_service.store.customers.tables import Account, Client, LegalEntity
from cloud_service.store.invoicing.tables import CurrencyRate
from cloud_service.store.lists.paging import Listing, ListQuery, filters_equal, text_in
from cloud_service.store.receivables.ledger_tables import AllocationRow
from cloud_service.store.receivables.payment_tables import Payment
from cloud_service.store.scope import Scope

rate: ColumnElement[Any] = case(
    (Payment.currency == LegalEntity.currency, literal(1)),
    else_=select(CurrencyRate.rate)
    .where(
        CurrencyRate.base == LegalEntity.currency,
        CurrencyRate.currency == Payment.currency,
        CurrencyRate.day <= Payment.day,
    )
    .order_by(CurrencyRate.day.desc())
    .limit(1)
    .correlate(Payment, LegalEntity)
    .scalar_subquery(),
)
"""Local currency of one unit paid; null where no rate of that day or before is known."""

received_local: ColumnElement[Any] = case((Payment.provider.in_(NO_INCOME), literal(0)), else_=Payment.amount * rate)

allocated = (
    select(AllocationRow.payment_id.label("payment_id"), func.sum(AllocationRow.amount).label("allocated"))
    .where(AllocationRow.payment_id.is_not(None))
    .group_by(AllocationRow.payment_id)
    .subquery("allocated")
)

later = aliased(Payment)
total_later = select(func.coalesce(func.sum(func.abs(later.amount)), 0)).correlate(Payment)
given_back = total_later.where(later.reverses_id == Payment.id).scalar_subquery()
released = total_later.where(
    later.account_id == Payment.account_id,
    later.provider == "deposit",
    later.facts["deposit"] == func.to_jsonb(Payment.id),
).scalar_subquery()
gone: ColumnElement[Any] = case((Payment.kind == "deposit", given_back + released), else_=given_back)
"""What of a payment went back, and what of a deposit became credit."""


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """Payments the reader may know of."""
    limits: list[ColumnElement[bool]] = []
    if scope.entities is not None:
        limits.append(Client.legal_entity_id.in_(scope.entities))
    if scope.clients is not None:
        limits.append(Client.id.in_(scope.clients))
    return limits


SUMS: dict[str, Any] = {
    "amount_local": func.coalesce(func.sum(received_local), 0),
    "local_currency": func.coalesce(func.min(LegalEntity.currency), literal("")),
    "currencies": func.count(func.distinct(LegalEntity.currency)),
}


def payments(scope: Scope, query: ListQuery) -> Listing:
    """Filters: `from`, `to` (day, both included), `provider`, `kind`, `account`."""
    paid_bills = func.coalesce(allocated.c.allocated, 0)
    open_amount = case((Payment.amount > 0, Payment.amount - paid_bills - gone), else_=literal(0))
    statement = (
        select(
            Payment.public_id,
            Payment.day,
            Payment.kind,
            Payment.provider,
            Payment.provider_ref,
            Payment.amount,
            Payment.currency,
            received_local.label("amount_local"),
            LegalEntity.currency.label("local_currency"),
            paid_bills.label("allocated"),
            open_amount.label("unallocated"),
            Client.name.label("tenant"),
            Client.public_id.label("client_public_id"),
            Account.number.label("account"),
            Account.public_id.label("account_public_id"),
            Payment.author,
            Payment.created_at,
            case(((Payment.amount > 0) & Payment.provider.not_in(NO_INCOME), literal("PDF"))).label("receipt"),
        )
        .join(Account, Account.id == Payment.account_id)
        .join(Client, Client.id == Account.client_id)
        .join(LegalEntity, LegalEntity.id == Client.legal_entity_id)
        .outerjoin(allocated, allocated.c.payment_id == Payment.id)
        .where(*in_scope(scope), *_filters(query))
    )
    columns: dict[str, Any] = {
        "day": Payment.day,
        "tenant": Client.name,
        "account": Account.number,
        "kind": Payment.kind,
        "provider": Payment.provider,
        "amount": Payment.amount,
        "unallocated": open_amount,
    }
    return Listing(statement, columns, ("day", True), Payment.id, SUMS)


def _filters(query: ListQuery) -> list[ColumnElement[bool]]:
    limits = [
        *text_in(query, Client.name, Account.number, Payment.provider_ref),
        *filters_equal(query, provider=Payment.provider, kind=Payment.kind, account=Account.number),
    ]
    if first := query.value_of("from"):
        limits.append(Payment.day >= date.fromisoformat(first))
    if last := query.value_of("to"):
        limits.append(Payment.day <= date.fromisoformat(last))
    return limits
