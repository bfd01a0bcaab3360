"""Mosquitto's password file: what is ours is brought up to date, the rest stays; Mosquitto itself reads it."""

import asyncio
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import aiomqtt
import pytest

from cloud_service.broker.mosquitto import merged, write_password_file
from cloud_service.broker.passwords import hash_of
from common.errors import InputError
from deploy.bench.free_port import free_port
from tests.programs import need_program


def test_gateways_come_change_and_go_and_other_users_stay() -> None:
    text = "cloud:$7$1$a$b\ngw-1:old\ngw-2:same\n# a note\ngw-9:gone\n"
    new = merged(text, {"gw-1": "new", "gw-2": "same", "gw-3": "first"}, frozenset({"gw-9"}))

    assert "cloud:$7$1$a$b\ngw-1:new\ngw-2:same\n# a note\ngw-3:first\n" == new
    assert new == merged(new, {"gw-1": "new", "gw-2": "same", "gw-3": "first"}, frozenset({"gw-9"}))


def test_a_file_keeps_its_rights_and_is_written_only_where_something_changed(tmp_path: Path) -> None:
    path = tmp_path / "passwords"

    assert write_password_file(path, {"gw-1": "x"}, ())
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o640)
    assert not write_password_file(path, {"gw-1": "x"}, ())
    assert write_password_file(path, {}, ["gw-1"])
    assert (0o640, "") == (stat.S_IMODE(path.stat().st_mode), path.read_text())
    assert [path] == list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written") as refusal:
        write_password_file(tmp_path / "nowhere" / "passwords", {"gw-1": "x"}, ())

    assert "--mosquitto-passwd" == refusal.value.path


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[tuple[int, Path, subprocess.Popen[bytes]]]:
    """Mosquitto with our password file: its port, the file, the process."""
    port, passwords, config = free_port(), tmp_path / "passwords", tmp_path / "mosquitto.conf"
    write_password_file(passwords, {"gw-1": hash_of("one"), "gw-2": hash_of("two")}, ())
    config.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n")
    process = subprocess.Popen([need_program("mosquitto"), "-c", str(config)], stderr=subprocess.DEVNULL)
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.05)
    yield port, passwords, process
    process.terminate()
    process.wait()


def client(port: int, user: str, password: str) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", port, username=user, password=password, identifier=user, timeout=5)


async def _refused(port: int, user: str, password: str) -> bool:
    try:
        async with client(port, user, password):
            return False
    except aiomqtt.MqttError:
        return True


@pytest.mark.processes
def test_mosquitto_lets_them_in_and_cuts_a_revoked_one_on_reload(
    mosquitto: tuple[int, Path, subprocess.Popen[bytes]],
) -> None:
    port, passwords, process = mosquitto

    async def story() -> None:
        assert await _refused(port, "gw-1", "two")
        async with client(port, "gw-2", "two") as stays:
            async with client(port, "gw-1", "one") as revoked:
                write_password_file(passwords, {"gw-2": hash_of("two")}, ["gw-1"])
                process.send_signal(signal.SIGHUP)  # as `systemctl reload mosquitto` sends it
                with pytest.raises(aiomqtt.MqttError):
                    await asyncio.wait_for(anext(aiter(revoked.messages)), 5)
            await stays.publish("x", b"still there", qos=1)
        assert await _refused(port, "gw-1", "one")

    asyncio.run(story())
