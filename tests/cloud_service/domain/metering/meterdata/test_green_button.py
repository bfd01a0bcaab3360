"""Green Button files: units and powers of ten, directions, holes; broken XML and entity bombs are refused."""

import io
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.metering.meterdata import BadFileError, FileSummary, read

ENTRY = '<entry><link href="https://x/RetailCustomer/1/UsagePoint/UP7/MeterReading/1"/><content>{}</content></entry>'
TYPE = (
    "<ReadingType><flowDirection>{}</flowDirection><powerOfTenMultiplier>{}</powerOfTenMultiplier>"
    "<uom>{}</uom></ReadingType>"
)
READING = (
    "<IntervalReading><timePeriod><duration>{}</duration><start>{}</start></timePeriod>"
    "<value>{}</value></IntervalReading>"
)


def feed(*contents: str) -> bytes:
    entries = "".join(ENTRY.format(content) for content in contents)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:e="http://naesb.org/espi">{entries}</feed>'.encode()


def block(*readings: tuple[int, int, int]) -> str:
    return f"<IntervalBlock>{''.join(READING.format(*reading) for reading in readings)}</IntervalBlock>"


def load(body: bytes) -> tuple[dict[str, Any], list[Any]]:
    summary = FileSummary([])
    blocks = list(read(io.BytesIO(body), "green_button", summary))
    return summary.as_json(), blocks


def test_watt_hours_become_exact_kilowatt_hours() -> None:
    summary, blocks = load(feed(TYPE.format(1, 0, 72), block((3600, 1_700_002_800, 974), (3600, 1_700_006_400, 1))))

    (row,) = summary["registers"]
    assert ("UP7", "import", "kWh", 2, "0.975") == tuple(
        row[k] for k in ("meter", "register", "unit", "intervals", "sum")
    )
    assert "2023-11-14T23:00:00+00:00" == row["first"]
    assert 1 == len(blocks)


def test_powers_of_ten_and_the_other_direction() -> None:
    summary, _ = load(feed(TYPE.format(19, 3, 72), block((900, 1_700_002_800, 5))))

    assert ("export", "5") == (summary["registers"][0]["register"], summary["registers"][0]["sum"])


def test_a_hole_makes_two_runs() -> None:
    _, blocks = load(feed(TYPE.format(1, 0, 72), block((900, 1_700_002_800, 5), (900, 1_700_006_400, 5))))

    assert 2 == len(blocks)


def test_a_start_with_parts_of_a_second_is_that_second() -> None:
    body = feed(TYPE.format(1, 0, 72), block((3600, 1_700_002_800, 974)))
    _, (block_of_hours,) = load(body.replace(b"1700002800", b"1700002800.66"))

    assert 1_700_002_800_000 == block_of_hours.start_ms


@pytest.mark.parametrize(
    "body",
    [
        b"<feed><entry>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>',
        feed(TYPE.format(1, 0, 72), TYPE.format(19, 0, 72), block((900, 1_700_002_800, 5))),
        feed(TYPE.format(1, 0, 999)),
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>'.encode("utf-16"),
        feed(TYPE.format(7, 0, 72)),
        feed(TYPE.format(1, 0, 72), block((7, 1_700_002_800, 5))),
        feed(TYPE.format(1, 0, 72), block((900, 1_700_002_800, 5))).replace(b">5<", b">five<"),
        feed(TYPE.format(1, 0, 72), block((900, 1_700_002_800, 5))).replace(b"1700002800", b"1700002800.6x"),
        feed(block((900, 1_700_002_800, 5)), block((900, 1_700_002_800, 6))),
    ],
)
def test_what_is_wrong_refuses_the_file(body: bytes) -> None:
    with pytest.raises(BadFileError):
        load(body)


@pytest.mark.parametrize(
    ("uom", "power", "value", "unit", "total"),
    [
        (169, -3, 1234, "therm", "1.234"), (31, 6, 5000, "GJ", "5.000"), (132, 0, 2_500_000, "MMBtu", "2.500000"),
        (119, 2, 7, "ft3", "7E+2"), (128, 0, 310, "gal", "310"), (134, 0, 1500, "m3", "1.500"),
    ],
)  # fmt: skip
def test_gas_and_water_keep_the_unit_in_which_they_are_sold(
    uom: int, power: int, value: int, unit: str, total: str
) -> None:
    summary, (day,) = load(feed(TYPE.format(1, power, uom), block((86_400, 1_700_002_800, value))))

    (row,) = summary["registers"]
    assert (unit, f"{Decimal(total):f}", 86_400) == (row["unit"], row["sum"], day.channel.step_s)


def test_days_of_25_hours_and_months_are_intervals_too() -> None:
    summary, blocks = load(
        feed(TYPE.format(1, 0, 169), block((90_000, 1_793_505_600, 2), (2_678_400, 1_793_595_600, 9)))
    )

    assert ([90_000, 2_678_400], "11") == ([each.channel.step_s for each in blocks], summary["registers"][0]["sum"])
