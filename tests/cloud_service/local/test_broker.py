import socket
import stat
import tomllib
from pathlib import Path

from cloud_service.local.broker import listening, write_config


def test_the_configuration_holds_the_users_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "broker.toml"
    write_config(path, port=18830, console_port=18831, users={"gw-b": "two", "cloud": "one"})
    version_5 = tomllib.loads(path.read_text())["v5"]["1"]

    assert {"cloud": "one", "gw-b": "two"} == version_5["connections"]["auth"]
    assert "127.0.0.1:18830" == version_5["listen"]
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_without_users_there_is_no_table_of_them(tmp_path: Path) -> None:
    path = tmp_path / "broker.toml"
    write_config(path, port=18830, console_port=18831, users={})

    assert "auth" not in tomllib.loads(path.read_text())["v5"]["1"]["connections"]


def test_a_port_listens_while_somebody_takes_connections_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert listening(port)

    assert not listening(port)
