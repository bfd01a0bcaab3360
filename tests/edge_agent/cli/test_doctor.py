"""`energy-edge doctor` and `run` as a person or script meets them."""

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_agent.buffer import BufferGuard
from tests.edge_agent.machine import ROOT, broker, write_site
from tests.programs import need_program


def edge(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "edge_agent", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_site_file_with_faults_is_a_finding(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[gateway]\nid = "a b"\n[uplink]\nbroker = "x"\n')

    done = edge("doctor", "--config", str(site))

    assert 6 == done.returncode
    assert "gateway.id" in done.stdout
    assert "uplink.broker" in done.stdout


def test_a_missing_site_file_has_its_own_exit_code(tmp_path: Path) -> None:
    done = edge("run", "--config", str(tmp_path / "none.toml"), "--json")
    assert 3 == done.returncode
    assert "not_found" == json.loads(done.stdout)["error"]["code"]


@pytest.mark.slow
@pytest.mark.processes
def test_a_gateway_in_good_order_passes_every_check(tmp_path: Path) -> None:
    with broker(tmp_path) as mqtt:
        done = edge("doctor", "--config", str(write_site(tmp_path, broker_port=mqtt.port)), "--json")
    report = json.loads(done.stdout)
    assert (0, True) == (done.returncode, report["ok"])
    names = [check["name"] for check in report["checks"]]
    assert ["site file", "disk", "buffer", "clock", "broker", "meter meter-1", "meter meter-2"] == names


@pytest.mark.slow
def test_what_does_not_answer_is_named_with_a_hint(tmp_path: Path) -> None:
    site = write_site(tmp_path, broker_port=1, protocol="modbus", port="tcp://127.0.0.1:2")
    done = edge("doctor", "--config", str(site), "--json")
    bad = {check["name"]: check["hint"] for check in json.loads(done.stdout)["checks"] if not check["ok"]}
    assert 6 == done.returncode
    assert {"broker", "line one"} == set(bad)
    assert all(bad.values())


@pytest.mark.slow
def test_a_second_agent_on_the_same_buffer_is_refused(tmp_path: Path) -> None:
    guard = BufferGuard(tmp_path / "data", boot_id="boot")
    done = edge("run", "--config", str(write_site(tmp_path, broker_port=1)), "--json")
    looked = edge("doctor", "--config", str(tmp_path / "site.toml"))
    guard.close()
    assert 0 == looked.returncode
    assert "not tried: the running agent has the session" in looked.stdout
    assert 5 == done.returncode
    assert "in_use" == json.loads(done.stdout)["error"]["code"]


def site_with_tls(folder: Path, port: int) -> Path:
    site = write_site(folder, broker_port=port)
    site.write_text(site.read_text().replace("mqtt://127.0.0.1", "mqtts://localhost"))
    return site


@contextlib.contextmanager
def tls_server(folder: Path, *, name: str = "localhost") -> Iterator[int]:
    """Somebody who shows a certificate that nobody has signed for us."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = [need_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-days", "1"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1]


def serve(listener: socket.socket, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), connection:
            if context:
                context.wrap_socket(connection, server_side=True).close()
            else:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def broker_check(site: Path) -> dict[str, Any]:
    report = json.loads(edge("doctor", "--config", str(site), "--json").stdout)
    check: dict[str, Any] = next(check for check in report["checks"] if check["name"] == "broker")
    return check


@pytest.mark.slow
def test_a_certificate_of_an_unknown_authority_is_named_with_the_command_that_shows_it(tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        check = broker_check(site_with_tls(tmp_path, port))

    assert not check["ok"]
    assert "ca_file" in check["hint"]
    assert f"openssl s_client -connect localhost:{port}" in check["hint"]


@pytest.mark.slow
def test_a_certificate_for_another_name_is_named(tmp_path: Path) -> None:
    with tls_server(tmp_path, name="other.example") as port:
        site = site_with_tls(tmp_path, port)
        site.write_text(site.read_text().replace("allow_plain = true", f'ca_file = "{tmp_path / "cert.pem"}"'))
        check = broker_check(site)

    assert "another name than localhost" in check["hint"]


@pytest.mark.slow
def test_a_port_without_tls_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, None), daemon=True).start()
        check = broker_check(site_with_tls(tmp_path, listener.getsockname()[1]))

    assert "nobody speaks TLS" in check["hint"]


@pytest.mark.slow
def test_a_port_nobody_listens_on_is_named(tmp_path: Path) -> None:
    assert "no broker runs there" in broker_check(write_site(tmp_path, broker_port=1))["hint"]
