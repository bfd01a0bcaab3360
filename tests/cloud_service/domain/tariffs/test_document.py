"""The hash of a document follows its meaning."""

from decimal import Decimal

from cloud_service.domain.tariffs.document import tariff_hash
from tests.cloud_service.domain.builders import energy, make_document


def test_the_hash_follows_the_meaning_not_the_writing() -> None:
    document = make_document(energy(price="0.250"), name="Tariff")
    rewritten = {
        "name": "Tariff",
        "charges": [{"price": Decimal("0.25"), "kind": "energy"}],
        "currency": "EUR",
        "id": "tariff",
    }

    assert tariff_hash(document) == tariff_hash(rewritten)
    assert tariff_hash(document) != tariff_hash(make_document(energy(price="0.251"), name="Tariff"))
