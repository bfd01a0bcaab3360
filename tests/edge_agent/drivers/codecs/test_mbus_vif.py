"""What value information fields mean."""

from decimal import Decimal

import pytest

from tests.edge_agent.drivers.codecs.mbus_builders import record_of


@pytest.mark.parametrize(
    ("text", "quantity", "value", "unit"),
    [
        pytest.param("01 FD FD 02 78", "Remaining battery life time", "120", "months", id="second level of FD"),
        pytest.param("02 FD 3D 0F 00", "Period of nominal data transmissions", "900", "s", id="sent every 15 minutes"),
        pytest.param("01 FD 75 80", "Number of times the meter was stopped", "128", "", id="type C has no sign"),
        pytest.param("02 FD FD 7F 01 00", "Reserved", "1", "Reserved", id="reserved code"),
    ],
)
def test_codes_of_the_extension_tables_are_named(text: str, quantity: str, value: str, unit: str) -> None:
    record = record_of(text)

    assert (quantity, Decimal(value), unit) == (record.quantity, record.value, record.unit)
