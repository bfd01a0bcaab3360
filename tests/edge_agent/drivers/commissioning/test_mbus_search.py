"""M-Bus meters are found by address and by label."""

import asyncio
from collections.abc import AsyncIterator, Callable

from common.profile import load_all
from edge_agent.drivers.codecs.mbus_telegram import Telegram
from edge_agent.drivers.commissioning.found_meter import FoundMeter
from edge_agent.drivers.commissioning.mbus_search import identified_meter, search_primary, search_secondary
from edge_agent.drivers.lines.mbus_line import MBusLine
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.transports.port import Port

BODIES = [bytes.fromhex("0406 39300000")]


def found_on(
    slaves: MBusSlaves, search: Callable[[MBusLine, Callable[[int, int], None]], AsyncIterator[FoundMeter]]
) -> tuple[list[FoundMeter], list[tuple[int, int]]]:
    """What a search finds on these meters, and the steps it told of."""

    async def work() -> tuple[list[FoundMeter], list[tuple[int, int]]]:
        server = await slaves.serve()
        steps: list[tuple[int, int]] = []
        port = Port.parse(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        line = MBusLine(port, retries=0)
        line.timeout_s = 0.05  # these meters answer at once
        try:
            return [meter async for meter in search(line, lambda done, total: steps.append((done, total)))], steps
        finally:
            await line.close()
            server.close()

    return asyncio.run(work())


def test_primary_addresses_are_asked_one_after_the_other() -> None:
    slaves = MBusSlaves([Slave("00000007", BODIES, primary=1), Slave("00000008", BODIES, primary=3)])
    meters, steps = found_on(slaves, lambda line, progress: search_primary(line, [], progress, last=4))
    assert [("1", "7"), ("3", "8")] == [(meter.address, meter.serial) for meter in meters]
    assert [(number, 5) for number in range(6)] == steps


def test_two_meters_with_one_address_are_told_to_be_searched_by_label() -> None:
    slaves = MBusSlaves([Slave("00000007", BODIES, primary=1), Slave("00000018", BODIES, primary=1)])
    (meter,), _ = found_on(slaves, lambda line, progress: search_primary(line, [], progress, last=1))
    assert "search by label" in meter.note


def test_labels_are_narrowed_until_one_meter_is_left() -> None:
    slaves = MBusSlaves([Slave("12345678", BODIES), Slave("12345679", BODIES)])
    meters, _ = found_on(slaves, lambda line, progress: search_secondary(line, [], progress, start="123456"))
    assert ["12345678", "12345679"] == [meter.address for meter in meters]


def test_a_header_names_the_profiles_it_fits() -> None:
    telegram = Telegram("1", "KAM", 1, "Heat: Outlet", None, None, "", ())
    unmarked = Telegram("1", "", None, "", None, None, "", ())
    profiles = [profile for profile in load_all() if profile.protocol == "mbus"]
    meter = identified_meter(telegram, "5", profiles)
    assert all(profile_id.startswith("kamstrup") for profile_id in meter.profiles)
    assert ("5", "KAM version 1, Heat: Outlet") == (meter.address, meter.note)
    assert ((), "no maker named, ") == (
        identified_meter(unmarked, "5", profiles).profiles,
        identified_meter(unmarked, "5", profiles).note,
    )
