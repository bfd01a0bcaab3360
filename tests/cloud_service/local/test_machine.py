import stat
from pathlib import Path

import pytest

from cloud_service.installation import Installation, write
from cloud_service.local import machine
from common.errors import ConflictError


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    machine.prepare(tmp_path)

    path = machine.secret(tmp_path, "secret_key")

    assert path.read_text() == machine.secret(tmp_path, "secret_key").read_text()
    assert len(path.read_text()) >= 48
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_an_installation_is_run_once_at_a_time(tmp_path: Path) -> None:
    with machine.locked(tmp_path), pytest.raises(ConflictError, match="runs already"), machine.locked(tmp_path):
        pass

    with machine.locked(tmp_path):
        write(tmp_path, Installation("energy-cloud up", {"PUBLIC_URL": "http://127.0.0.1:8123"}))
        with pytest.raises(ConflictError) as refused, machine.locked(tmp_path):
            pass

    assert refused.value.hint.startswith("it answers at http://127.0.0.1:8123; ")


def test_an_installation_keeps_its_random_name(tmp_path: Path) -> None:
    other = tmp_path / "other"
    for folder in (tmp_path, other):
        machine.prepare(folder)

    assert machine.name(tmp_path) == machine.name(tmp_path)
    assert machine.name(tmp_path) != machine.name(other)
