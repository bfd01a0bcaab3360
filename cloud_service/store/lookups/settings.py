"""What an operator has set up: entities with their series and banks, sites, rates."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloud_service.store.customers import bank_accounts, legal_entities
from cloud_service.store.customers.tables import BankAccount, LegalEntity, NumberSeries, Site
from cloud_service.store.invoicing.rate_fetching import KnownRate, newest_rates
from cloud_service.store.scope import Scope


@dataclass(frozen=True, slots=True)
class EntitySettings:
    """One legal entity with all that hangs on it; the newest rate of each currency."""

    entity: LegalEntity
    series: list[NumberSeries]
    banks: list[BankAccount]
    sites: list[Site]
    rates: list[KnownRate]


def entities(session: Session, scope: Scope) -> list[EntitySettings]:
    """The entities of the reader."""
    return [_settings_of(session, entity) for entity in legal_entities.entities(session, scope)]


def _settings_of(session: Session, entity: LegalEntity) -> EntitySettings:
    series = select(NumberSeries).where(NumberSeries.legal_entity_id == entity.id)
    return EntitySettings(
        entity,
        list(session.scalars(series.order_by(NumberSeries.kind, NumberSeries.year.desc()))),
        bank_accounts.accounts_of(session, entity.id),
        legal_entities.sites(session, entity.id),
        newest_rates(session, entity.currency),
    )
