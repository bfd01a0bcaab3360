"""What a register of a table counts: its code, its name, its unit and its direction do not contradict each other."""

import pytest

from cloud_service.domain.metering.meterdata import BadFileError
from cloud_service.domain.metering.meterdata.counted import Counted, counted_by


@pytest.mark.parametrize(
    ("register", "unit", "direction", "counted"),
    [
        ("import", "", "", Counted("", 0, "active_energy", "import")),
        ("Active Export Interval (kWh)", "", "", Counted("kWh", 0, "active_energy", "export")),
        ("Reactive Import Interval (kVArh)", "", "", Counted("kvarh", 0, "reactive_energy", "import")),
        ("1-1:5.29.0", "", "", Counted("kvarh", 0, "reactive_energy", "import")),
        ("2.8.0", "MWh", "", Counted("kWh", 3, "active_energy", "export")),
        ("2.8.0", "", "export", Counted("kWh", 0, "active_energy", "export")),
        ("1.8.0", "m3", "", Counted("m3", 0, "volume", "import")),
        ("feed", "kWh", "export", Counted("kWh", 0, "active_energy", "export")),
    ],
)
def test_it_is_told_by_code_name_and_unit(register: str, unit: str, direction: str, counted: Counted) -> None:
    assert counted == counted_by(register, unit, direction, line=2)


@pytest.mark.parametrize(
    ("register", "unit", "direction", "field"),
    [
        ("1-1:5.29.0", "kWh", "", "unit"),
        ("8.8.0", "kWh", "", "unit"),
        ("2.8.0", "", "import", "direction"),
        ("Reactive (kvarh)", "kWh", "", "unit"),
        ("1-1:32.8.0", "", "", "register"),
        ("import", "kWh", "up", "direction"),
    ],
)
def test_contradictions_are_refused(register: str, unit: str, direction: str, field: str) -> None:
    with pytest.raises(BadFileError) as refused:
        counted_by(register, unit, direction, line=2)

    assert (2, field) == (refused.value.line, refused.value.field)
