"""`energy-edge run`: what is wrong with the site file is said before anything starts."""

import json
from pathlib import Path

from tests.edge_agent.cli.test_doctor import edge


def test_a_site_file_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[gateway]\nid = "gw"\n[uplink]\nbroker = "mqtt://far.example"\n[polling]\ninterval_s = 7\n')
    done = edge("run", "--config", str(site), "--json")
    error = json.loads(done.stdout)["error"]
    assert (1, "bad_input") == (done.returncode, error["code"])
    assert "uplink.broker" in error["message"]
    assert "polling.interval_s" in error["message"]
