from pathlib import Path

from cloud_service.example.gateways import agent_command, meter_ports, meters_command, write_site_file
from cloud_service.example.operator import SITES, meters_of
from edge_agent.config import load


def test_the_agent_takes_the_site_file_of_the_example(tmp_path: Path) -> None:
    site = SITES[0]
    (tmp_path / "password").write_text("secret")
    path = write_site_file(
        site, tmp_path / "gateways", broker="127.0.0.1:18830", password_file=tmp_path / "password", meter_port=15020
    )
    config = load(path)

    assert site.gateway == config.gateway.id
    assert meters_of(site) == [meter.id for bus in config.bus for meter in bus.meter]
    assert ["tcp://127.0.0.1:15020"] == [str(bus.port) for bus in config.bus]


def test_each_gateway_has_a_line_of_its_own() -> None:
    assert {"gw-riverside": 15020, "gw-hafenhof": 15021} == meter_ports({"meters_1": 15020, "meters_2": 15021})


def test_commands_play_as_many_meters_as_there_are_and_run_the_agent() -> None:
    site = SITES[0]

    assert ["--port", "15020", "--units", str(len(meters_of(site))), "--seed", str(site.seed)] == meters_command(
        site, 15020
    )[-6:]
    assert ["run", "--config", "site.toml"] == agent_command(Path("site.toml"))[-3:]
