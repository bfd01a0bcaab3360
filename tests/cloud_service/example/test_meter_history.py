from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cloud_service.example import meter_history
from cloud_service.example.operator import SITES
from common.errors import InputError


def test_opening_indexes_are_the_first_of_each_register(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("meter,register,time,value\nm,import,1,10.5\nm,import,2,11\nm,export,1,0.25\nn,import,1,7\n")

    assert {"m": "10.5 + 0.25", "n": "7"} == meter_history.opening_indexes([path])


def test_a_simulation_that_fails_is_told_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_history, "SIMULATION", "edge_agent.there_is_no_such_module")

    with pytest.raises(InputError, match="could not be written") as refused:
        meter_history.write_readings(tmp_path, date(2026, 10, 1), datetime(2026, 10, 2, tzinfo=UTC))

    assert str(tmp_path / meter_history.readings_file(SITES[0])) == refused.value.path
