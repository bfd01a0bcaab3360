import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.errors import DecodeError, InputError
from common.profile import find
from common.reading import as_decimal
from edge_agent.drivers.codecs import dlms_apdu as codec
from edge_agent.drivers.codecs import dlms_framing as link
from edge_agent.drivers.codecs.dlms_load_profile import LoadProfileRow
from edge_agent.drivers.codecs.obis import logical_name
from edge_agent.drivers.dlms import DlmsDriver
from edge_agent.drivers.interface import BadAnswer, MeterRefused, MeterSilent
from tests.edge_agent.drivers.dlms_twin import ACCEPTED, DlmsTwin, refused
from tests.edge_agent.drivers.line_twin import line_to

PROFILE = find("dlms_electricity")
IMPORT = logical_name("1.8.0")
SCALER_WH = bytes.fromhex("02020f00161e")  # structure: 10^0, Wh
NAME = (1, bytes.fromhex("00002a0000ff"), 2)
LOAD = logical_name("1-0:99.1.0*255")
COLUMN = "0204 12{cls:04x} 0906{name} 0f02 120000"


def meter(**more: Any) -> DlmsTwin:
    objects = {
        (3, IMPORT, 2): bytes.fromhex("0600BC614E"),
        (3, IMPORT, 3): SCALER_WH,
        NAME: b"\x09\x07ACM1234",
    }
    return DlmsTwin(objects, **more)


def talk(twin: DlmsTwin, work: Callable[[DlmsDriver], Awaitable[Any]], framing: str = "tcp", **options: Any) -> Any:
    async def inside() -> Any:
        async with (
            line_to(twin.wrapper if framing == "tcp" else twin.hdlc) as port,
            DlmsDriver(port, framing=framing, timeout_s=0.3, **options) as driver,
        ):
            return await work(driver)

    return asyncio.run(inside())


async def energy(driver: DlmsDriver, address: str = "1") -> str:
    (value,) = await driver.read(address, PROFILE, ["energy_import_total"])
    return str(as_decimal(value.value))


@pytest.mark.parametrize("framing", ["tcp", "hdlc"])
def test_a_register_comes_with_the_meters_own_scaler_and_unit(framing: str) -> None:
    assert "12345.678" == talk(meter(), energy, framing)


@pytest.mark.parametrize("framing", ["tcp", "hdlc"])
def test_scaler_and_unit_are_asked_for_once(framing: str) -> None:
    twin = meter()

    async def work(driver: DlmsDriver) -> list[str]:
        return [await energy(driver), await energy(driver)]

    assert ["12345.678"] * 2 == talk(twin, work, framing)
    assert 1 == sum(apdu[:1] == b"\xc0" and apdu[11] == 3 for apdu in twin.asked)


@pytest.mark.parametrize("framing", ["tcp", "hdlc"])
def test_a_long_answer_comes_in_blocks_and_segments(framing: str) -> None:
    twin = meter()
    twin.objects[NAME] = b"\x09\x64" + b"X" * 100

    assert "X" * 100 == talk(twin, lambda driver: driver.identify("1", PROFILE), framing)


def test_a_password_is_given_and_a_wrong_one_is_named() -> None:
    assert "12345.678" == talk(meter(password=b"secret"), energy, password="secret")
    with pytest.raises(MeterRefused, match="password is wrong"):
        talk(meter(password=b"secret"), energy, password="other")
    with pytest.raises(MeterRefused, match="authentication"):
        talk(meter(password=b"secret"), energy)


def test_an_object_the_meter_lacks_is_refused_unless_it_is_optional() -> None:
    twin = meter()
    assert ["energy_import_total"] == [v.register for v in talk(twin, lambda driver: driver.read("1", PROFILE))]
    del twin.objects[(3, IMPORT, 2)]
    with pytest.raises(MeterRefused, match="no such object"):
        talk(twin, energy)


def test_a_register_in_a_foreign_unit_is_left_out() -> None:
    twin = meter()
    twin.objects[(3, IMPORT, 3)] = bytes.fromhex("02020f00160d")  # m3

    assert [] == talk(twin, lambda driver: driver.read("1", PROFILE, ["energy_import_total"]))


@pytest.mark.parametrize("framing", ["tcp", "hdlc"])
def test_a_lost_answer_is_asked_for_again(framing: str) -> None:
    assert "12345.678" == talk(meter(mute=1), energy, framing, retries=1)


def test_another_logical_device_is_silent() -> None:
    with pytest.raises(MeterSilent):
        talk(meter(), lambda driver: energy(driver, "2"), retries=0)


def test_a_physical_address_goes_into_two_bytes() -> None:
    assert "12345.678" == talk(meter(hdlc_server=b"\x02\x23"), lambda driver: energy(driver, "1/17"), "hdlc")


def test_a_load_profile_comes_with_times_and_status() -> None:
    columns = [(8, "0000010000ff"), (1, "0000600a01ff"), (3, "0100010800ff")]
    described = "".join(COLUMN.format(cls=cls, name=name) for cls, name in columns)
    at = datetime(2026, 1, 1, 0, 15, tzinfo=UTC)
    rows = [
        b"\x02\x03\x09\x0c" + codec.date_time(at + timedelta(minutes=15 * n)) + bytes((0x11, n, 6, 0, 0, 0, n))
        for n in range(8)
    ]
    twin = meter()
    twin.objects[(7, LOAD, 3)] = b"\x01\x03" + bytes.fromhex(described)
    twin.objects[(7, LOAD, 2)] = bytes((1, 8)) + b"".join(rows)

    found = talk(twin, lambda driver: driver.load_profile("1", "1-0:99.1.0*255", at, at + timedelta(hours=2)))

    assert [LoadProfileRow(at + timedelta(minutes=15 * n), n, {"1-0:1.8.0*255": n}) for n in range(8)] == found


def test_a_damaged_hdlc_frame_is_never_taken() -> None:
    frame = link.build(b"\x21", b"\x03", 0x30, b"\xe6\xe7\x00\xc4\x01\xc1\x00\x06\0\0\0\1")
    for index in range(1, len(frame) - 1):
        for bit in range(8):
            damaged = bytearray(frame)
            damaged[index] ^= 1 << bit
            assert link.cut(bytes(damaged), b"\x21", b"\x03")[0] is None
    assert link.cut(b"noise" + frame, b"\x21", b"\x03")[0] is not None


def test_a_wrapper_for_somebody_else_is_refused() -> None:
    with pytest.raises(DecodeError, match="from 2 to 16"):
        link.unwrap(link.wrap(b"x", 2, 16), 16, 1)
    assert (None, b"\0\1\0") == link.unwrap(b"\0\1\0", 16, 1)


def test_a_meter_that_talks_nonsense_gives_no_value() -> None:
    class Nonsense(DlmsTwin):
        def answer(self, apdu: bytes) -> bytes:
            return ACCEPTED if apdu[0] == 0x60 else b"\xc4\x01\xc1\x00\x06\x00"

    with pytest.raises(BadAnswer):
        talk(Nonsense({}), energy, retries=0)


def test_the_association_is_asked_for_as_the_green_book_shows() -> None:
    example = "601da109060760857405080101be10040e01000000065f1f0400007e1f04b0"

    assert bytes.fromhex(example) == codec.associate()


def test_a_request_is_as_the_green_book_shows() -> None:
    assert bytes.fromhex("c001c100030100010800ff0200") == codec.get(3, IMPORT, 2)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0600000007", 7),
        ("05ffffffff", -1),
        ("14ffffffffffffffff", -1),
        ("1500000000000000ff", 255),
        ("0f80", -128),
        ("1180", 128),
        ("174366 3333", Decimal("230.2")),
        ("0202 0f fe 16 1e", [-2, 30]),
        ("0903414243", b"ABC"),
        ("0a03414243", "ABC"),
        ("0301", True),
        ("00", None),
        ("0101 0202 1101 00", [[1, None]]),
    ],
)
def test_each_type_of_data_is_read(data: str, value: object) -> None:
    assert value == codec.decode(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["", "06", "0600", "0105", "ff", "060000000700", "0984ffffffff", "01" * 40])
def test_data_that_is_not_whole_is_refused(data: str) -> None:
    with pytest.raises(DecodeError):
        codec.decode(bytes.fromhex(data))


@pytest.mark.parametrize(("number", "text"), [(2, "context"), (13, "password"), (77, "reason 77")])
def test_a_refused_association_says_why(number: int, text: str) -> None:
    with pytest.raises(codec.AccessRefusedError, match=text):
        codec.check_association(refused(number))


def test_instants_of_the_meter() -> None:
    at = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)

    assert at == codec.as_instant(codec.date_time(at))
    assert at == codec.as_instant(bytes.fromhex("07ea0701030e1e0000ff8880"))  # 14:30, 120 minutes east
    assert codec.as_instant(b"\xff" * 12) is None
    assert codec.as_instant(bytes.fromhex("07ea0d01030e1e0000000000")) is None


@pytest.mark.parametrize("address", ["", "x", "1/2/3", "-1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        talk(meter(), lambda driver: energy(driver, address))
