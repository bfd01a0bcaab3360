from cloud_service.domain.metering.quantities import QUANTITIES
from common.reading import Unit


def test_what_is_counted_is_told_by_units_that_registers_have() -> None:
    assert set(QUANTITIES) <= {unit.value for unit in Unit}
    assert {"m3", "ft3", "gal"} == {unit for unit, quantity in QUANTITIES.items() if quantity == "volume"}
