"""One tariff by the id in its address, with its versions."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cloud_service.store.lookups.existing import existing
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs.tables import Tariff, TariffVersion


def tariff(session: Session, scope: Scope, public_id: UUID) -> tuple[Tariff, list[TariffVersion]]:
    """A tariff with its versions, newest first."""
    query = select(Tariff).where(Tariff.public_id == public_id)
    if scope.entities is not None:
        query = query.where(Tariff.legal_entity_id.in_(scope.entities))
    tariff_row = existing(session.scalar(query), "tariff")
    versions = session.scalars(
        select(TariffVersion)
        .where(TariffVersion.tariff_id == tariff_row.id)
        .order_by(func.lower(TariffVersion.during).desc())
    )
    return tariff_row, list(versions)
