"""Reactive energy: free up to its share of the active energy."""

from tests.cloud_service.domain.builders import (
    amounts,
    bill,
    make_tariff,
    total,
)


def test_reactive_energy_is_free_up_to_its_share() -> None:
    tariff = make_tariff({"kind": "reactive", "price": "0.02", "free_share": "0.5"})

    assert ["4.00"] == amounts(bill(tariff, total("1000"), reactive_import=total("700")))
    assert ["0.00"] == amounts(bill(tariff, total("1000"), reactive_import=total("400")))
