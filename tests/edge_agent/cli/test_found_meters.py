"""Meters that were found, as tables and objects."""

from dataclasses import asdict

from edge_agent.cli.found_meters import found_json, found_table
from edge_agent.drivers.commissioning.found_meter import FoundMeter

CERTAIN = FoundMeter("1", "modbus", "9600 8N1", ("eastron_sdm630",), serial="1234")
POSSIBLE = FoundMeter(
    "2", "modbus", possible=("eastron_sdm630", "eastron_sdm120", "eastron_sdm230", "abb_b23", "abb_b24")
)
UNKNOWN = FoundMeter("3", "modbus", note="answers, but not every time")


def test_machines_get_every_field() -> None:
    fields = asdict(POSSIBLE)
    assert {**fields, "profiles": [], "possible": list(POSSIBLE.possible)} == found_json(POSSIBLE)


def test_people_get_maker_and_model_where_they_are_certain() -> None:
    head, certain, possible, unknown = found_table([CERTAIN, POSSIBLE, UNKNOWN]).splitlines()
    assert "number" in head
    assert "Eastron SDM630" in certain
    assert "1234" in certain
    assert "not certain" in possible
    assert "eastron_sdm630 or eastron_sdm120 or eastron_sdm230 and 2 more" in possible
    assert "unknown" in unknown
    assert unknown.endswith("answers, but not every time")
