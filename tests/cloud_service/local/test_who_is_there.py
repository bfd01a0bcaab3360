import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cloud_service.local import broker
from cloud_service.local.supervisor import Service, Supervisor, python_module
from cloud_service.local.who_is_there import is_our_broker, is_our_web, main
from deploy.bench.free_port import free_port


@contextmanager
def web(body: bytes) -> Iterator[int]:
    """A web server that answers everything with this body."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        pytest.param(json.dumps({"installation": "a1"}).encode(), True, id="our own"),
        pytest.param(json.dumps({"installation": "b2"}).encode(), False, id="another installation"),
        pytest.param(b"<html>", False, id="another program"),
        pytest.param(b"[]", False, id="another program's JSON"),
    ],
)
def test_the_web_service_says_whose_it_is(body: bytes, ours: bool) -> None:
    with web(body) as port:
        assert ours == is_our_web("127.0.0.1", port, "a1")


@pytest.mark.parametrize(("name", "code"), [("a1", 0), ("b2", 1)])
def test_a_container_is_well_while_its_own_web_service_answers(
    name: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENERGY_DATA_DIR", str(tmp_path))
    (tmp_path / "name").write_text(name)
    with web(json.dumps({"installation": "a1"}).encode()) as port:
        (tmp_path / "ports.json").write_text(json.dumps({"web": port}))
        with pytest.raises(SystemExit) as ended:
            main()

    assert code == ended.value.code


def test_where_nobody_listens_nobody_is_ours() -> None:
    port = free_port()

    assert not is_our_web("127.0.0.1", port, "a1")
    assert not is_our_broker(port, "cloud", "secret")


@pytest.mark.processes
@pytest.mark.slow
def test_our_broker_knows_our_password_and_another_one_does_not(tmp_path: Path) -> None:
    port, supervisor, config = free_port(), Supervisor(tmp_path / "logs"), tmp_path / "broker.toml"
    broker.write_config(config, port=port, console_port=free_port(), users={"cloud": "ours"})
    command = python_module("cloud_service.local.broker", str(config))
    supervisor.start(Service("broker", command, ready=lambda: is_our_broker(port, "cloud", "ours")))
    try:
        assert not is_our_broker(port, "cloud", "theirs")
    finally:
        supervisor.stop()
