import asyncio

import pytest

from edge_agent.drivers.codecs.checksums import crc16_arc
from edge_agent.drivers.interface import BadAnswer, MeterSilent, WrongMeter
from tests.edge_agent.drivers.line_twin import Talk
from tests.edge_agent.drivers.readout_lines import read
from tests.edge_agent.drivers.sml_builder import entry, telegram, unsigned

P1_BODY = b"/KFM5KAIFA\r\n\r\n0-0:96.1.1(123456)\r\n1-0:1.8.1(%09.3f*kWh)\r\n1-0:1.8.2(000002.000*kWh)\r\n!"
D0 = b"/ESY5Q3DB1024 V3.04\r\n\r\n1-0:0.0.0*255(0272031312565)\r\n1-0:1.8.0*255(00052185.7825309*kWh)\r\n!\r\n"


def p1(kwh: float) -> bytes:
    body = P1_BODY % kwh
    return body + f"{crc16_arc(body):04X}\r\n".encode()


def pushing(*telegrams: bytes, pause_s: float = 0.05) -> Talk:
    """A meter that pushes these telegrams in turn, in small lots."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            for content in telegrams:
                for at in range(0, len(content), 40):
                    writer.write(content[at : at + 40])
                    await writer.drain()
                    await asyncio.sleep(0.001)
                await asyncio.sleep(pause_s)

    return talk


def test_a_p1_meter_is_read_from_its_next_whole_telegram() -> None:
    values = read(
        "p1", pushing(b"1.8.2(7*kWh)\r\n!0000\r\n", p1(12345.678)), "dsmr_p1", "energy_import_total", retries=3
    )

    assert {"energy_import_total": "12347.678"} == values


def test_a_damaged_telegram_is_waited_past() -> None:
    damaged = p1(1.0).replace(b"000002", b"000003")

    assert {"energy_import_t1": "5.000"} == read(
        "p1", pushing(damaged, p1(5.0)), "dsmr_p1", "energy_import_t1", retries=2
    )


def test_nothing_but_damaged_telegrams_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="CRC"):
        read("p1", pushing(p1(1.0).replace(b"000002", b"000003")), "dsmr_p1", retries=1)


def test_a_line_without_telegrams_is_silent() -> None:
    with pytest.raises(MeterSilent, match="no whole telegram"):
        read("p1", pushing(b"noise"), "dsmr_p1", timeout_s=1.0)


def test_another_meter_than_the_addressed_one_is_refused() -> None:
    assert "5.000" == read("p1", pushing(p1(5.0)), "dsmr_p1", "energy_import_t1", address="123456")["energy_import_t1"]
    with pytest.raises(WrongMeter, match="123456"):
        read("p1", pushing(p1(5.0)), "dsmr_p1", address="654321")


def test_an_sml_meter_is_read() -> None:
    sml = telegram(entry(bytes.fromhex("0100010800ff"), unsigned(224624136, 8), 30, -1))

    assert {"energy_import_total": "22462.414"} == read("sml", pushing(sml[30:], sml), "sml_electricity")


def test_a_mode_d_meter_is_read_whatever_its_parity() -> None:
    seven = bytes(byte | 0x80 if byte.bit_count() & 1 else byte for byte in D0)

    for telegram_bytes in (D0, seven):
        values = read("d0", pushing(telegram_bytes), "easymeter_q3d", "energy_import_total")
        assert {"energy_import_total": "52185.783"} == values
