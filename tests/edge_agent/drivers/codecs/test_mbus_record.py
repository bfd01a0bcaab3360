"""M-Bus records: exact values, storage, tariffs, qualifiers."""

from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.mbus_record import records
from edge_agent.drivers.codecs.mbus_telegram import decode_application
from tests.edge_agent.drivers.codecs.mbus_builders import record_of

HEADER = "95 08 12 11 83 14 02 04 17 00 00 00"


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        pytest.param("04 03 E8 03 00 00", "1000", "Wh", id="32-bit integer of Wh"),
        pytest.param("04 86 3B 23 00 00 00", "35000", "Wh", id="qualified value keeps its factor"),
        pytest.param("0C 06 78 56 34 12", "12345678000", "Wh", id="8 digits BCD of kWh"),
        pytest.param("0C 06 78 56 34 F2", "-2345678000", "Wh", id="a leading F is a minus"),
        pytest.param("02 83 76 10 00", "16", "Wh", id="correction 10^0"),
        pytest.param("02 83 74 10 00", "0.16", "Wh", id="correction 10^-2"),
        pytest.param("02 83 7D 10 00", "16000", "Wh", id="correction 1000"),
        pytest.param("02 83 79 10 00", "16.01", "Wh", id="additive correction 10^-2"),
        pytest.param("01 13 FF", "-0.001", "m^3", id="integers are signed"),
        pytest.param("01 FD 17 FF", "255", "", id="flags are not"),
        pytest.param("05 2B 00 00 80 3F", "1", "W", id="real"),
        pytest.param("04 43 01 00 00 00", "0.006", "m^3/h", id="flow per minute comes as flow per hour"),
        pytest.param("04 48 01 00 00 00", "0.0000036", "m^3/h", id="flow per second too"),
        pytest.param("07 03 FF FF FF FF FF FF FF 7F", "9223372036854775807", "Wh", id="64 bits stay exact"),
        pytest.param("0E 03 90 78 56 34 12 00", "1234567890", "Wh", id="12 digits BCD"),
        pytest.param("0D 03 C4 78 56 34 12", "12345678", "Wh", id="BCD of variable length"),
        pytest.param("0D 03 D2 34 12", "-1234", "Wh", id="negative BCD of variable length"),
        pytest.param("02 FB 01 02 00", "2000000", "Wh", id="MWh of the second extension"),
        pytest.param("02 FD 48 FC 08", "230", "V", id="volts of the first extension"),
    ],
)
def test_a_record_gives_the_exact_value_in_its_base_unit(text: str, value: str, unit: str) -> None:
    record = record_of(text)

    assert (Decimal(value), unit) == (record.value, record.unit)
    assert record.valid


@pytest.mark.parametrize(
    ("text", "value", "valid"),
    [
        pytest.param("02 6C DF 1C", "2014-12-31", True, id="type G"),
        pytest.param("02 6C 00 00", "2000-00-00", False, id="an empty date"),
        pytest.param("02 6C FF FF", "2027-15-31", False, id="all ones is no date"),
        pytest.param("04 6D 19 0F 8A 17", "2012-07-10T15:25:00Z", True, id="type F"),
        pytest.param("04 6D A1 15 E9 17", "1900-01-00T00:00:00Z", False, id="type F marked invalid"),
        pytest.param("06 6D 1E 2D 0A 16 27 00", "2016-07-22T10:45:30Z", True, id="type I"),
        pytest.param("03 6D 1E 2D 0A", "10:45:30", True, id="type J"),
        pytest.param("03 6D FF FF FF", "31:63:63", False, id="type J of all ones is no time"),
        pytest.param(
            "04 FD 72 22 9C BF A3", "on, from 03-28 02:00 to 10-31 +1 h, local time UTC+1 h", True, id="type K"
        ),
        pytest.param(
            "04 FD 72 02 0F 1F A3", "off, from 03-15 02:00 to 10-31 +0 h, local time UTC+0 h", True, id="K off"
        ),
        pytest.param(
            "04 FD 72 00 00 00 00", "off, from 00-00 00:00 to 00-00 +0 h, local time UTC+0 h", False, id="K 0"
        ),
        pytest.param("0D FD 0B 05 31 32 48 46 57", "WFH21", True, id="text, last character first"),
        pytest.param("0C 13 AA BB 00 00", "0000BBAA", False, id="letters in BCD are an error display"),
        pytest.param("0D 7F E2 01 02", "01 02", True, id="binary of variable length"),
        pytest.param("00 13", "", True, id="no data"),
        pytest.param("05 2B 00 00 C0 7F", None, False, id="not a number"),
    ],
)
def test_what_is_no_number_is_text_and_says_whether_it_is_valid(text: str, value: str | None, valid: bool) -> None:
    record = record_of(text)

    assert (value, valid) == (record.value, record.valid)


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        pytest.param("0D FD 73 E3 01 02 03", "Listening window management", "01 02 03", id="type L"),
        pytest.param(
            "06 FD 73 01 02 03 04 05 06", "Listening window management", "01 02 03 04 05 06", id="L of 6 bytes"
        ),
        pytest.param("0D 6D E5 01 02 03 04 05", "Time point (date & time)", "01 02 03 04 05", id="type M"),
        pytest.param("0D FD 3B 02 2E 44", "Container of a wireless M-Bus telegram", "2E 44", id="a telegram inside"),
    ],
)
def test_a_type_that_is_not_taken_apart_is_named_and_gives_its_bytes(text: str, quantity: str, value: str) -> None:
    record = record_of(text)

    assert (quantity, "raw", value) == (record.quantity, record.unit, record.value)


def test_the_most_negative_number_means_no_value() -> None:
    assert not record_of("02 13 00 80").valid


def test_storage_tariff_and_subunit_are_put_together_from_all_difes() -> None:
    record = record_of("C4 91 62 03 00 00 00 00")

    assert (1 | 1 << 1 | 2 << 5, 1 | 2 << 2, 1 << 1) == (record.storage, record.tariff, record.subunit)


def test_a_value_that_says_when_is_not_valid_as_a_number_and_carries_the_time() -> None:
    record = record_of("14 DA 6F 32 14 7A 18")

    assert (False, "2011-08-26T20:50:00Z") == (record.valid, record.time_point)


def test_a_unit_in_plain_text_is_read_backwards() -> None:
    record = record_of("02 FC 03 48 52 25 74 D4 11")

    assert ("%RH", Decimal("45.64")) == (record.quantity, record.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("84" + "80" * 10 + "00 03 00 00 00 00", id="eleven DIFEs"),
        pytest.param("04 83" + "BC" * 10 + "3C 00 00 00 00", id="eleven VIFEs"),
        pytest.param("3F", id="reserved special function"),
        pytest.param("0D 03 FF 00", id="reserved variable length"),
        pytest.param("04", id="no VIF"),
        pytest.param("04 03 00 00", id="too little data"),
    ],
)
def test_a_record_that_breaks_the_rules_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        list(records(bytes.fromhex(text)))


def test_fillers_between_records_are_skipped() -> None:
    assert 2 == len(list(records(bytes.fromhex("2F 2F 01 13 01 2F 2F 01 13 02 2F"))))


def test_high_byte_first_gives_the_same_as_low_byte_first() -> None:
    low = decode_application(0x72, bytes.fromhex(HEADER + "04 03 E8 03 00 00"))
    high = decode_application(0x76, bytes.fromhex("11 12 08 95 14 83 02 04 17 00 00 00" + "04 03 00 00 03 E8"))

    assert (low.id, low.manufacturer, low.records[0].value) == (high.id, high.manufacturer, high.records[0].value)
