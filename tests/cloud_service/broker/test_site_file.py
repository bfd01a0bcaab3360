from pathlib import Path

from cloud_service.broker.site_file import site_file_head
from edge_agent.config import parse

BUS = """
[[bus]]
name = "cellar"
protocol = "modbus"
port = "tcp://127.0.0.1:502"

[[bus.meter]]
id = "m-1"
profile = "eastron_sdm630"
address = "1"
"""


def test_the_agent_takes_the_head_with_a_line_below_it(tmp_path: Path) -> None:
    (tmp_path / "gw-1.password").write_text("secret\n")
    site = parse(site_file_head("gw-1", "mqtt://127.0.0.1:18830") + BUS, folder=tmp_path)

    assert ("gw-1", "gw-1", "secret", 18830) == (
        site.gateway.id, site.uplink.username, site.uplink.password(), site.uplink.port,
    )  # fmt: skip


def test_an_authority_of_ones_own_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("")
    (tmp_path / "gw-1.password").write_text("secret")
    head = site_file_head("gw-1", "mqtts://broker.example:8883", own_authority=True)

    assert tmp_path / "ca.crt" == parse(head + BUS, folder=tmp_path).uplink.ca_file
