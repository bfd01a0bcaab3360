"""Pages call lines and units as bills do, in the reader's language."""

from decimal import Decimal

import pytest

from cloud_service.flow.invoicing.line_names import line_name, line_unit


@pytest.mark.parametrize(
    ("locale", "name"), [("de_DE", "Arbeitspreis, Stufe 2"), ("fr", "Énergie, tranche 2"), ("en", "Energy, block 2")]
)
def test_a_line_is_called_as_on_the_bill(locale: str, name: str) -> None:
    assert name == line_name("Energy, block 2", "energy", locale)


def test_a_unit_is_said_in_the_language() -> None:
    assert ("Monat", "Monate", "m³", "kW × Monate") == (
        line_unit("month", Decimal(1), "de"),
        line_unit("month", Decimal(3), "de"),
        line_unit("m3", Decimal(3), "de"),
        line_unit("kW month", Decimal(3), "de"),
    )
