"""`energy-edge doctor` and `run` as a person or script meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.buffer import Keeper
from tests.edge_agent.machine import ROOT, broker, write_site


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
    found = json.loads(done.stdout)
    assert (0, True) == (done.returncode, found["ok"])
    names = [check["name"] for check in found["checks"]]
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
    keeper = Keeper(tmp_path / "data", boot_id="boot")
    done = edge("run", "--config", str(write_site(tmp_path, broker_port=1)), "--json")
    looked = edge("doctor", "--config", str(tmp_path / "site.toml"))
    keeper.close()
    assert 0 == looked.returncode
    assert "not tried: the running agent has the session" in looked.stdout
    assert 5 == done.returncode
    assert "in_use" == json.loads(done.stdout)["error"]["code"]
