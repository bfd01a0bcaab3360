"""Tariffs as people list them."""

from datetime import date

from sqlalchemy import func, or_, select

from cloud_service.store.lists.paging import Listing, ListQuery, contains
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment, TariffVersion


def tariffs(scope: Scope, query: ListQuery, today: date) -> Listing:
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
    statement = select(
        Tariff.public_id,
        Tariff.code,
        Tariff.name,
        Tariff.currency,
        versions.label("versions"),
        current.label("current_since"),
        used.label("connections"),
    )
    if scope.entities is not None:
        statement = statement.where(Tariff.legal_entity_id.in_(scope.entities))
    if query.text:
        pattern = contains(query.text)
        statement = statement.where(or_(Tariff.code.ilike(pattern), Tariff.name.ilike(pattern)))
    columns = {"code": Tariff.code, "name": Tariff.name, "currency": Tariff.currency, "connections": used}
    return Listing(statement, columns, ("name", False), Tariff.id)
