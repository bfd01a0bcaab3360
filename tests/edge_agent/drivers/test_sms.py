import pytest

from common.errors import InputError
from edge_agent.drivers.interface import BadAnswer, MeterSilent
from edge_agent.drivers.sms import SmsDriver
from tests.edge_agent.drivers.codecs.test_sms_pdu import deliver
from tests.edge_agent.drivers.modem_twin import ModemTwin
from tests.edge_agent.drivers.sms_readings import PROFILE, SENDER, energy, message, with_modem


def test_a_reading_comes_from_a_stored_message_with_its_own_time() -> None:
    twin = ModemTwin({3: message("32432 kWh, 343 W")})

    assert (32432000, True) == with_modem(twin, energy)


def test_a_message_is_deleted_only_after_its_values_were_committed() -> None:
    twin = ModemTwin({3: message("100 kWh"), 5: message("101 kWh")})

    async def work(driver: SmsDriver) -> list[tuple[int, set[int]]]:
        readings = []
        for commit in (False, True, True):
            value, _ = await energy(driver)
            if commit:
                await driver.committed(SENDER)
            readings.append((value, set(twin.messages)))
        return readings

    assert [(100000, {3, 5}), (100000, {5}), (101000, set())] == with_modem(twin, work)


def test_a_driver_that_died_before_the_commit_reads_the_message_again() -> None:
    twin = ModemTwin({3: message("100 kWh")})

    assert [(100000, True), (100000, True)] == [with_modem(twin, energy), with_modem(twin, energy)]


def test_messages_of_other_numbers_are_never_looked_at() -> None:
    twin = ModemTwin({3: deliver("999 kWh", coding=4, number="947101123488").hex()})

    with pytest.raises(MeterSilent, match="no message"):
        with_modem(twin, energy)
    assert {3} == set(twin.messages)


def test_a_meter_that_wants_to_be_asked_is_asked_once_an_hour() -> None:
    twin = ModemTwin()

    async def work(driver: SmsDriver) -> None:
        for _ in range(3):
            with pytest.raises(MeterSilent):
                await energy(driver)

    with_modem(twin, work)

    assert 1 == len(twin.sent)


def test_a_message_that_does_not_fit_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="does not fit"):
        with_modem(ModemTwin({3: message("battery low")}), energy)


def test_advertisements_are_deleted_when_the_card_is_nearly_full_and_numbers_never() -> None:
    advert = bytes.fromhex("000404D0C3340000621012412000" + "4003" + "616263").hex()
    other = deliver("1 kWh", coding=4, number="947101123488").hex()
    twin = ModemTwin({1: advert, 2: other, 3: message("5 kWh")}, total=3)

    with_modem(twin, energy)

    assert {2, 3} == set(twin.messages)


@pytest.mark.parametrize("address", ["", "abc", "12"])
def test_what_is_no_number_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        with_modem(ModemTwin(), lambda driver: driver.read(address, PROFILE))
