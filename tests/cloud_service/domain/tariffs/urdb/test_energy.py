"""Energy of a record: tiers, bounds, and what export earns."""

import pytest

from cloud_service.domain.tariffs.urdb import import_urdb
from tests.cloud_service.domain.tariffs.urdb.records import PEAK, D, june, record


def test_tiers_of_a_month_are_shared_by_its_periods() -> None:
    tiers = [{"rate": D("0.10"), "max": 360, "unit": "kWh"}, {"rate": D("0.20")}]
    dear = [{"rate": D("0.30"), "max": 360, "unit": "kWh"}, {"rate": D("0.40")}]

    rating = june(record(energyratestructure=[tiers, dear], energyweekdayschedule=PEAK, energyweekendschedule=PEAK))

    assert [D(285), D(285), D(75), D(75)] == [line.quantity for line in rating.lines]


def test_periods_with_bounds_of_their_own_have_ladders_of_their_own() -> None:
    tiers = [{"rate": D("0.10"), "max": 100}, {"rate": D("0.20")}]
    dear = [{"rate": D("0.30"), "max": 50}, {"rate": D("0.40")}]

    rating = june(record(energyratestructure=[tiers, dear], energyweekdayschedule=PEAK, energyweekendschedule=PEAK))

    assert [D(100), D(470), D(50), D(100)] == [line.quantity for line in rating.lines]


@pytest.mark.parametrize(
    ("rule", "total"),
    [
        pytest.param("Net Metering", "0.00", id="a surplus waits"),
        pytest.param("Net Billing Instantaneous", "-28.80", id="net export at the sell rate"),
        pytest.param("Net Billing Hourly", "0.00", id="credit waits"),
        pytest.param("Buy All Sell All", "43.20", id="72.00 bought, 28.80 sold"),
    ],
)
def test_export_is_priced_by_the_rule_of_the_record(rule: str, total: str) -> None:
    structure = [[{"rate": D("0.10"), "sell": D("0.04") if "Net" in rule else D("0.02")}]]

    assert D(total) == june(record(energyratestructure=structure, dgrules=rule), "1", "2").total


def test_a_record_without_a_rule_has_net_metering_and_says_so() -> None:
    imported = import_urdb(record())

    assert "netting" in imported.document["charges"][0]
    assert any("dgrules" in note for note in imported.notes)


def test_a_record_that_denies_net_metering_has_none() -> None:
    assert "netting" not in import_urdb(record(usenetmetering=False)).document["charges"][0]


def test_sell_rates_that_net_metering_does_not_use_are_said() -> None:
    structure = [[{"rate": D("0.10"), "sell": D("0.05")}]]

    notes = import_urdb(record(energyratestructure=structure, dgrules="Net Metering")).notes

    assert any("sell rates" in note for note in notes)


def test_a_record_without_a_sell_rate_does_not_price_export() -> None:
    imported = import_urdb(record(dgrules="Net Billing Instantaneous"))

    assert ["energy"] == [charge["kind"] for charge in imported.document["charges"]]
    assert any("export" in note for note in imported.notes)
