"""One line of an Australian file: each field read strictly, refused with its name."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.metering.meterdata.record import MdffRecord, day_start_ms, quantity_and_direction
from cloud_service.domain.metering.meterdata.series import BadFileError


def record(*fields: str) -> MdffRecord:
    """A line of these fields, the fifth of its file."""
    return MdffRecord(5, fields)


def test_a_field_past_the_end_reads_as_empty() -> None:
    assert "" == record("200").text(9)


def test_a_number_is_exact_and_not_negative() -> None:
    assert Decimal("1.250") == record(" 1.250 ").number(0, "Quantity")
    with pytest.raises(BadFileError, match="-1 is negative"):
        record("-1").number(0, "Quantity")


def test_a_whole_number_keeps_its_bounds() -> None:
    assert 48 == record("48").whole(0, "EndInterval", 1, 48)
    with pytest.raises(BadFileError, match="from 1 to 48") as caught:
        record("49").whole(0, "EndInterval", 1, 48)
    assert (5, "EndInterval") == (caught.value.line, caught.value.field)


def test_an_instant_is_read_in_nem_time_all_year() -> None:
    assert date(2024, 2, 29) == record("20240229").day(0, "IntervalDate")
    assert 1704031200000 == record("20240101000000").instant_ms(0, "ReadDateTime") == day_start_ms(date(2024, 1, 1))


@pytest.mark.parametrize("text", ["20240230", "2024010", "2024010a", "２０２４０１０１"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadFileError, match="is not a time YYYYMMDD"):
        record(text).day(0, "IntervalDate")


@pytest.mark.parametrize(("method", "flag"), [("A", "A"), ("S14", "S"), ("F52", "F"), ("E64", "E"), ("N", "N")])
def test_a_quality_method_is_a_flag_and_the_digits_it_needs(method: str, flag: str) -> None:
    assert flag == record(method).quality(0, "QualityMethod", "ASFEN")


@pytest.mark.parametrize("method", ["S", "A14", "F5", "X", "V", "Sxy"])
def test_a_quality_method_without_its_digits_or_with_others_is_refused(method: str) -> None:
    with pytest.raises(BadFileError, match="is not a quality method"):
        record(method).quality(0, "QualityMethod", "ASFEN")


def test_the_suffix_of_a_metering_point_tells_what_flows_which_way() -> None:
    assert ("active_energy", "import") == quantity_and_direction("E1", "kWh")
    assert ("active_energy", "export") == quantity_and_direction("B1", "kWh")
    assert ("reactive_energy", "export") == quantity_and_direction("K1", "kvarh")
    assert ("other", "none") == quantity_and_direction("V1", "V")
