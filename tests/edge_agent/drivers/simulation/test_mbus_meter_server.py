"""Simulated M-Bus meters answer as real ones do."""

import asyncio

import pytest

from edge_agent.drivers.codecs.mbus_address import Secondary
from edge_agent.drivers.codecs.mbus_frame import ACK, FCB, REQ_UD2, SELECTED, SND_NKE, SND_UD, long_frame, short_frame
from edge_agent.drivers.codecs.mbus_telegram import Telegram, decode
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave

FIRST, SECOND = bytes.fromhex("0406 01000000 1f"), bytes.fromhex("0406 02000000")


def answers(slaves: MBusSlaves, *requests: bytes) -> list[bytes]:
    """What comes back for each request on one connection; b"" for silence."""

    async def work() -> list[bytes]:
        server = await slaves.serve()
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        heard = []
        for request in requests:
            writer.write(request)
            try:
                heard.append(await asyncio.wait_for(reader.read(1024), 0.3))
            except TimeoutError:
                heard.append(b"")
        writer.close()
        server.close()
        return heard

    return asyncio.run(work())


def ask(address: int, *, toggle: bool) -> bytes:
    return short_frame(REQ_UD2 | (FCB if toggle else 0), address)


def select(digits: str) -> bytes:
    return long_frame(SND_UD, SELECTED, 0x52, Secondary(digits).mask)


def energy(answer: bytes) -> object:
    telegram: Telegram = decode(answer)
    return telegram.records[0].value


def test_the_same_frame_count_bit_gets_the_same_telegram_again() -> None:
    slaves = MBusSlaves([Slave("12345678", [FIRST, SECOND], primary=1)])
    ack, *telegrams = answers(
        slaves, short_frame(SND_NKE, 1), ask(1, toggle=True), ask(1, toggle=True), ask(1, toggle=False)
    )
    assert ACK == ack
    assert [1000, 1000, 2000] == [energy(telegram) for telegram in telegrams]


def test_a_selection_moves_from_meter_to_meter() -> None:
    slaves = MBusSlaves([Slave("12345678", [FIRST]), Slave("87654321", [SECOND])])
    heard = answers(
        slaves, select("12345678"), ask(SELECTED, toggle=True), select("8765FFFF"), ask(SELECTED, toggle=True)
    )
    assert [ACK, ACK] == [heard[0], heard[2]]
    assert [1000, 2000] == [energy(heard[1]), energy(heard[3])]


def test_several_meters_that_answer_at_once_are_no_whole_frame() -> None:
    slaves = MBusSlaves([Slave("12345678", [FIRST]), Slave("12345699", [SECOND])])
    (heard,) = answers(slaves, select("123456FF"))
    assert heard not in (b"", ACK)


def test_nobody_answers_for_an_address_that_is_not_there() -> None:
    assert [b""] == answers(MBusSlaves([Slave("12345678", [FIRST], primary=1)]), short_frame(SND_NKE, 2))


@pytest.mark.parametrize(("mask", "fits"), [("1234FFFF", True), ("FFFFFFFF", True), ("12345679", False)])
def test_f_in_a_selection_stands_for_any_digit(mask: str, fits: bool) -> None:
    assert fits is Slave("12345678", [FIRST]).fits(Secondary(mask).mask)
