"""What a register is taken for when nobody has declared it."""

import pytest

from cloud_service.domain.metering.register_discovery import DiscoveredRegister, discover
from common.message import Channel


@pytest.mark.parametrize(
    ("channel", "register"),
    [
        (Channel("M", "energy_import_total", "kWh", "index"), ("active_energy", "import", "index", True)),
        (Channel("M", "energy_export_total", "kWh", "index"), ("active_energy", "export", "index", True)),
        (Channel("M", "energy_import_rate_1", "kWh", "index"), ("active_energy", "import", "index", False)),
        (Channel("M", "volume_total", "m3", "index"), ("volume", "import", "index", True)),
        (Channel("M", "energy_import_total", "kWh", "interval"), ("active_energy", "import", "interval", False)),
        (Channel("M", "voltage_l1", "V", "instant"), ("other", "none", "instant", False)),
        (Channel("M", "strange", "kWh", "new kind"), ("active_energy", "import", "instant", False)),
    ],
    ids=lambda value: value.register if isinstance(value, Channel) else "",
)
def test_totals_of_a_meter_are_billed_and_nothing_else(channel: Channel, register: tuple[str, str, str, bool]) -> None:
    assert DiscoveredRegister(*register) == discover(channel)
