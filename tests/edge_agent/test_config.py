"""The site file: every field works, every fault is named, and all of them at once."""

from pathlib import Path

import pytest

from common.errors import InputError, NotFoundError
from edge_agent.config import Bus, load, parse, registers_of

ROOT = Path(__file__).parents[2]
GOOD = """
[gateway]
id = "gw-1"
data = "data"
[uplink]
broker = "mqtts://broker.example:8883"
username = "gw-1"
password_env = "SECRET"
[[bus]]
name = "one"
protocol = "modbus"
port = "tcp://10.0.0.5:502"
[[bus.meter]]
id = "m1"
profile = "eastron_sdm630"
address = "1"
"""


def faults(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text)
    return caught.value.message


def test_a_good_file_is_read(tmp_path: Path) -> None:
    site = parse(GOOD, folder=tmp_path)

    assert ("gw-1", tmp_path / "data") == (site.gateway.id, site.gateway.data)
    assert ("broker.example", 8883, True) == (site.uplink.host, site.uplink.port, site.uplink.is_tls)
    assert "hidden" == site.uplink.password({"SECRET": "hidden"})
    assert [("one", "m1")] == [(bus.name, meter.id) for bus, meter in site.meters()]


def test_the_shipped_example_is_good() -> None:
    site = load(ROOT / "deploy/edge/site.toml")
    assert ["meter-1", "meter-2"] == [meter.id for _, meter in site.meters()]


def test_a_serial_port_has_one_line() -> None:
    line = '\n[[bus]]\nname = "{}"\nprotocol = "modbus"\nport = "serial:///dev/ttyUSB0?baud={}"\n'
    text = GOOD + line.format("two", 9600) + line.format("three", 19200)

    assert "bus three: two lines use serial:///dev/ttyUSB0" in faults(text)


def test_a_meter_without_registers_reads_all_that_can_be_billed() -> None:
    ((_, meter),) = parse(GOOD).meters()
    profile, registers = registers_of(meter)
    assert profile.billing == registers


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('id = "gw-1"', 'id = "gw/1"'), "gateway.id"),
        (('id = "gw-1"', "id = 7"), "gateway: Expected `str`"),
        (("mqtts://broker.example:8883", "broker.example"), "is not a broker"),
        (("mqtts://broker.example:8883", "mqtts://user:pw@broker.example"), "is not a broker"),
        (("mqtts://broker.example:8883", "mqtt://broker.example"), "in the clear"),
        (("username", "user_name"), "unknown field `user_name`"),
        (('password_env = "SECRET"', 'password_env = "A"\npassword_file = "b"'), "not both"),
        (('password_env = "SECRET"', 'ca_file = "/nowhere/ca.pem"'), "there is no file /nowhere/ca.pem"),
        (('password_env = "SECRET"', 'cert_file = "/etc/hostname"'), "belong together"),
        (('profile = "eastron_sdm630"', 'profile = "eastron_sdm36"'), "there is no meter profile 'eastron_sdm36'"),
        (('address = "1"', 'address = "1"\nregisters = ["energy_imp"]'), "has no register 'energy_imp'"),
        (('address = "1"', 'address = "1"\ninterval_s = 7'), "does not fit the billing grid"),
        (('address = "1"', "address = 1"), "bus[0].meter[0]: Expected `str`"),
        (('protocol = "modbus"', 'protocol = "mbus"'), "speaks modbus, the line mbus"),
        (("[[bus]]", "[bus_speed]\n[[bus]]"), "bus_speed: there is no such table"),
        (("[gateway]", "[polling]\ninterval_s = 59\n[gateway]"), "polling.interval_s: 59 is not one of"),
        (("[gateway]", "[polling]\nbilling_interval_s = 60\n[gateway]"), "polling.billing_interval_s"),
        (("[gateway]", "[buffer]\ncap_mib = 0\n[gateway]"), "buffer: Expected `int` >= 1"),
        (("[uplink]", "[[uplink]]"), "uplink: Expected `object`"),
    ],
)
def test_each_fault_is_named(change: tuple[str, str], fault: str) -> None:
    assert fault in faults(GOOD.replace(*change))


def test_all_faults_are_reported_at_once() -> None:
    text = GOOD.replace('id = "gw-1"', 'id = "gw 1"').replace("mqtts:", "http:").replace("sdm630", "sdm999")
    message = faults(text + '[[bus.meter]]\nid = "m1"\nprofile = "eastron_sdm630"\naddress = "1"\n')

    assert message.startswith("5 faults in the site file")
    for place in ("gateway.id", "uplink.broker", "sdm999", "two meters have this id", "have the address 1"):
        assert place in message


def test_faults_of_type_are_reported_at_once() -> None:
    message = faults('[gateway]\nid = 1\n[uplink]\nbroker = 2\n[[bus]]\nname = 3\nprotocol = "modbus"\n')
    for place in ("gateway:", "uplink:", "bus[0]:"):
        assert place in message


def test_missing_tables_are_named() -> None:
    message = faults("")
    assert "gateway: this table is missing" in message
    assert "uplink: this table is missing" in message


def test_what_is_not_toml_and_what_is_not_there_say_so(tmp_path: Path) -> None:
    assert faults("[gateway").startswith("not TOML")
    with pytest.raises(NotFoundError):
        load(tmp_path / "none.toml")


def test_options_reach_the_driver() -> None:
    text = GOOD.replace('protocol = "modbus"', 'protocol = "simulated"\noptions = { seed = 4 }')
    (bus,) = parse(text).bus
    assert isinstance(bus, Bus)
    assert {"seed": 4} == bus.options
