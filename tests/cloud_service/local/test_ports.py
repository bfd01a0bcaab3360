import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cloud_service.local.ports import PORTS, another, ports, taken_for
from common.errors import ConflictError

CHOOSE = """
import json, pathlib, sys
from cloud_service.local.ports import ports
print(json.dumps(ports(pathlib.Path(sys.argv[1]))), flush=True)
sys.stdin.read()
"""


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_a_port_that_is_taken_is_replaced_and_the_choice_is_kept(tmp_path: Path) -> None:
    with listener() as taken:
        number = taken.getsockname()[1]
        (tmp_path / "ports.json").write_text(f'{{"web": {number}}}')
        chosen = ports(tmp_path)

    assert chosen["web"] != number
    assert len(set(chosen.values())) == len(PORTS)
    assert chosen == ports(tmp_path)


def test_two_installations_that_start_at_the_same_moment_have_no_port_in_common(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    command = [sys.executable, "-c", CHOOSE]
    running = [
        subprocess.Popen([*command, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for folder in folders
    ]
    chosen = [json.loads(process.stdout.readline()) for process in running if process.stdout]
    for process in running:
        process.communicate("")

    assert set() == set(chosen[0].values()) & set(chosen[1].values())


def test_the_lock_of_a_killed_process_is_free_again(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHOOSE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        chosen = json.loads(process.stdout.readline())
        process.kill()

    assert chosen == ports(tmp_path)


def test_a_service_whose_port_is_somebody_else_s_gets_another_and_keeps_that(tmp_path: Path) -> None:
    chosen = ports(tmp_path)
    moved = another(tmp_path, "web")

    assert moved not in chosen.values()
    assert chosen | {"web": moved} == ports(tmp_path)


def test_a_port_that_is_asked_for_is_taken_or_refused(tmp_path: Path) -> None:
    ports(tmp_path)
    with listener() as free:
        number = free.getsockname()[1]
    assert number == taken_for(tmp_path, "web", number)

    with listener() as taken, pytest.raises(ConflictError, match="is taken"):
        taken_for(tmp_path, "web", taken.getsockname()[1])
