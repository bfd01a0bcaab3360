import pytest

from common.errors import InputError
from edge_agent.transports.port import Port


def test_a_tcp_port() -> None:
    port = Port.parse("tcp://10.0.0.5:502")

    assert ("tcp", "10.0.0.5", 502, 0.0) == (port.scheme, port.host, port.port, port.byte_s)


def test_a_serial_port_with_its_format() -> None:
    port = Port.parse("serial:///dev/ttyUSB0?baud=2400&format=8E1")

    assert ("/dev/ttyUSB0", 2400, 8, "E", 1) == (port.device, port.baud, port.data_bits, port.parity, port.stop_bits)
    assert 11 / 2400 == port.byte_s


def test_a_listening_port_names_the_device_that_dials_in() -> None:
    port = Port.parse("listen://0.0.0.0:5020/863921031234567")

    assert ("0.0.0.0", 5020, "863921031234567") == (port.host, port.port, port.session)  # noqa: S104 - a listener is meant to


def test_a_modem_with_the_number_to_dial() -> None:
    port = Port.parse("modem:///dev/ttyS1?dial=+491701234567&baud=115200")

    assert ("/dev/ttyS1", "+491701234567", 115200) == (port.device, port.dial, port.baud)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.5:502",
        "http://x:1",
        "tcp://10.0.0.5",
        "tcp://:502",
        "tcp://x:99999",
        "serial://",
        "serial:///dev/x?format=9N1",
        "serial:///dev/x?baud=fast",
        "serial:///dev/x?speed=9600",
        "serial:///dev/x?baud=0",
    ],
)
def test_what_is_no_port_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"port|host|device") as caught:
        Port.parse(text)

    assert caught.value.hint
