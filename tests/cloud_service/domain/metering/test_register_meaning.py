"""What a register counts where nobody says it."""

import pytest

from cloud_service.domain.metering.register_meaning import RegisterMeaning, register_meaning


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (("import", "kWh"), ("active_energy", "import")),
        (("Export total", "kWh"), ("active_energy", "export")),
        (("2.8.0", "kWh"), ("active_energy", "export")),
        (("1-0:4.8.0", "kvarh"), ("reactive_energy", "export")),
        (("blind", "kvarh"), ("reactive_energy", "import")),
        (("kva", "kVAh"), ("apparent_energy", "import")),
        (("total", "m3"), ("volume", "import")),
        (("2.8.0", "m3"), ("volume", "import")),  # a code of electricity says nothing of water
        (("1-0:99.1.0", "kWh"), ("active_energy", "import")),  # of no counter that we know
        (("2.8.0", "kWh", "active_energy", "import"), ("active_energy", "import")),  # a person's word
    ],
)
def test_its_name_and_unit_tell(said: tuple[str, ...], meaning: tuple[str, str]) -> None:
    assert RegisterMeaning(*meaning) == register_meaning(*said)
