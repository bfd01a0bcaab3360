from decimal import Decimal

from cloud_service.store.lookups.settings import entities
from tests.cloud_service.store.conftest import Office


def test_an_entity_stands_with_its_sites_and_rates_and_others_not_at_all(office: Office) -> None:
    (settings,) = entities(office.session, office.kilo)

    assert ("Kilo Ltd", ["Lake House", "Lake Shop"], [("EUR", Decimal(150))]) == (
        settings.entity.name, sorted(site.name for site in settings.sites),
        [(rate.currency, rate.rate) for rate in settings.rates],
    )  # fmt: skip
