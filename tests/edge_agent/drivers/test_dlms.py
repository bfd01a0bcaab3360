from datetime import UTC, datetime, timedelta

import pytest

from common.errors import InputError
from edge_agent.drivers.codecs import dlms_apdu as codec
from edge_agent.drivers.codecs.dlms_load_profile import LoadProfileRow
from edge_agent.drivers.dlms import DlmsDriver
from edge_agent.drivers.interface import BadAnswer, MeterRefused, MeterSilent
from tests.edge_agent.drivers.dlms_readings import COLUMN, IMPORT, LOAD, PROFILE, energy, meter, talk
from tests.edge_agent.drivers.dlms_twin import ACCEPTED, DlmsTwin


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


def test_another_logical_device_is_silent() -> None:
    with pytest.raises(MeterSilent):
        talk(meter(), lambda driver: energy(driver, "2"), retries=0)


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

    rows_read = talk(twin, lambda driver: driver.load_profile("1", "1-0:99.1.0*255", at, at + timedelta(hours=2)))

    assert [LoadProfileRow(at + timedelta(minutes=15 * n), n, {"1-0:1.8.0*255": n}) for n in range(8)] == rows_read


def test_a_meter_that_talks_nonsense_gives_no_value() -> None:
    class Nonsense(DlmsTwin):
        def answer(self, apdu: bytes) -> bytes:
            return ACCEPTED if apdu[0] == 0x60 else b"\xc4\x01\xc1\x00\x06\x00"

    with pytest.raises(BadAnswer):
        talk(Nonsense({}), energy, retries=0)


@pytest.mark.parametrize("address", ["", "x", "1/2/3", "-1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        talk(meter(), lambda driver: energy(driver, address))
