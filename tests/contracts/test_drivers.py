"""One suite for every driver: what the interface promises holds for every protocol and every source of bytes."""

import asyncio
import os
from pathlib import Path

import pytest

from common.errors import EnergyError, NotFoundError
from common.reading import Kind, Unit
from deploy.bench.free_port import free_port
from edge_agent.drivers import DRIVERS, open_driver
from edge_agent.drivers.interface import LineDown, MeterRefused, MeterSilent, fetch_of
from edge_agent.transports.port import Port
from tests.contracts.driver_rigs import EACH, ENERGY, RIGS, Rig, with_rig


def test_every_driver_is_in_the_suite() -> None:
    assert set(DRIVERS) == {protocol for protocol, _ in RIGS.values()}


@EACH
def test_a_read_gives_exact_values_with_their_evidence(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        values = await rig.driver.read(rig.address, rig.profile, [ENERGY])
        for value in values:
            assert value.register == ENERGY
            assert isinstance(value.value, int)
            assert value.value > 0
            assert Unit(value.unit) is Unit.KWH
            assert Kind(value.kind) is Kind.INDEX
            assert value.raw
            assert (rig.profile.id, rig.profile.hash) == (value.profile_id, value.profile_hash)
            assert value.at_ms > 1_600_000_000_000
        assert values

    with_rig(name, tmp_path, work)


@EACH
def test_what_is_fetched_can_be_decoded_later_to_what_a_read_gives(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        values = await fetch_of(rig.driver)(rig.address, rig.profile, [ENERGY])
        await asyncio.sleep(0.01)
        fetched, read = values(), await rig.driver.read(rig.address, rig.profile, [ENERGY])
        assert fetched
        assert {value.register for value in fetched} == {value.register for value in read}
        assert all(value.raw for value in fetched)

    with_rig(name, tmp_path, work)


@EACH
def test_values_come_in_the_order_they_were_asked_for_and_all_if_none_was_named(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        everything = [value.register for value in await rig.driver.read(rig.address, rig.profile)]
        order = list(dict.fromkeys(reversed(everything)))
        backwards = [value.register for value in await rig.driver.read(rig.address, rig.profile, order)]
        assert set(everything) <= set(rig.profile.registers)
        assert order == list(dict.fromkeys(backwards))

    with_rig(name, tmp_path, work)


@EACH
def test_a_register_the_profile_lacks_is_not_found(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        with pytest.raises(NotFoundError):
            await rig.driver.read(rig.address, rig.profile, ["no_such_register"])

    with_rig(name, tmp_path, work)


@EACH
def test_a_meter_that_is_not_there_is_silent_with_a_place_and_the_others_go_on(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        if not rig.nobody:
            return  # a line with one meter, whatever its address
        with pytest.raises((MeterSilent, MeterRefused)) as caught:
            await rig.driver.read(rig.nobody, rig.profile)
        assert caught.value.path
        assert await rig.driver.read(rig.address, rig.profile, [ENERGY])

    with_rig(name, tmp_path, work)


@EACH
def test_the_meter_tells_who_it_is_or_nothing(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        assert isinstance(await rig.driver.identify(rig.address, rig.profile), str)

    with_rig(name, tmp_path, work)


@EACH
def test_a_driver_can_be_cancelled_in_the_middle_of_a_read(name: str, tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        task = asyncio.ensure_future(rig.driver.read(rig.nobody or rig.address, rig.profile))
        await asyncio.sleep(0.01)
        task.cancel()
        done = await asyncio.gather(task, return_exceptions=True)
        assert not isinstance(done[0], BaseException) or isinstance(done[0], asyncio.CancelledError | EnergyError)

    with_rig(name, tmp_path, work)


@pytest.mark.parametrize("protocol", [name for name in DRIVERS if name not in ("simulated", "http")])
def test_a_line_that_cannot_be_opened_is_a_line_down_with_its_place(protocol: str, tmp_path: Path) -> None:
    where = f"folder://{tmp_path}/none" if protocol == "csv" else f"tcp://127.0.0.1:{free_port()}"

    async def inside() -> None:
        async with open_driver(protocol, Port.parse(where)):
            pass

    with pytest.raises(LineDown) as caught:
        asyncio.run(inside())
    assert caught.value.path


def test_a_serial_port_without_rights_says_what_to_do(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB9"

    async def inside() -> None:
        async with open_driver("modbus", Port.parse(f"serial://{device}")):
            pass

    with pytest.raises(LineDown, match="plugged in") as caught:
        asyncio.run(inside())
    assert caught.value.hint
    assert os.fspath(device) == caught.value.path
