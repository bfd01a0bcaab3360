import socket
import stat
from pathlib import Path

import pytest

from cloud_service.local import machine
from common.errors import ConflictError


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    machine.prepare(tmp_path)

    path = machine.secret(tmp_path, "secret_key")

    assert path.read_text() == machine.secret(tmp_path, "secret_key").read_text()
    assert len(path.read_text()) >= 48
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_port_that_is_taken_is_replaced_and_the_choice_is_kept(tmp_path: Path) -> None:
    machine.prepare(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        (tmp_path / "ports.json").write_text(f'{{"web": {number}}}')

        chosen = machine.ports(tmp_path)

    assert chosen["web"] != number
    assert len(set(chosen.values())) == len(machine.PORTS)
    assert chosen == machine.ports(tmp_path)


def test_an_installation_is_run_once_at_a_time(tmp_path: Path) -> None:
    with machine.locked(tmp_path), pytest.raises(ConflictError, match="runs already"), machine.locked(tmp_path):
        pass

    with machine.locked(tmp_path):
        pass
