"""The readings behind an invoice."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cloud_service.documents.metering.readings_table import annex_table, readings_table
from cloud_service.documents.paper import Annex, IntervalRow, MeterReading
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import make_paper

D = Decimal
ENGLISH = localizer_for("en_GB")
OCTOBER, NOVEMBER, EXCHANGE = date(2026, 10, 1), date(2026, 11, 1), date(2026, 10, 14)
BY_INDEX = MeterReading(
    "M1", "1.8.0", "kWh", D("1834.25"), D("48211.5"), D("50045.75"), utility="electricity", counts="import",
    previous_day=OCTOBER, current_day=NOVEMBER,
)  # fmt: skip
BY_INTERVALS = MeterReading("M2", "energy_import_total", "kWh", D(40), utility="electricity", counts="import")


def table(*readings: MeterReading) -> dict[str, Any]:
    """The table of some readings in English."""
    return readings_table(make_paper(readings=readings), ENGLISH)


def test_indexes_are_shown_with_the_places_of_their_unit_and_how_they_were_read() -> None:
    assert [["M1", "Electricity (1.8.0)", "48,211.50", "50,045.75", "read", "1,834.25 kWh"]] == table(BY_INDEX)["rows"]


def test_the_days_of_the_indexes_stand_in_the_head_where_all_have_the_same() -> None:
    assert ["Old index\n1 Oct 2026", "New index\n1 Nov 2026"] == table(BY_INDEX)["head"][2:4]


def test_the_meters_of_an_exchange_have_a_row_each_with_their_own_days() -> None:
    old = replace(BY_INDEX, current=D(49000), current_day=EXCHANGE)
    new = replace(BY_INDEX, meter="M9", previous=D(0), current=D("1045.75"), previous_day=EXCHANGE)
    rows = table(old, new)["rows"]

    assert ["Old index", "New index"] == table(old, new)["head"][2:4]
    assert ("48,211.50\n1 Oct 2026", "49,000.00\n14 Oct 2026") == (rows[0][2], rows[0][3])
    assert ("0.00\n14 Oct 2026", "1,045.75\n1 Nov 2026") == (rows[1][2], rows[1][3])


def test_columns_that_no_register_needs_are_left_out() -> None:
    only = table(BY_INTERVALS)

    assert [["M2", "Electricity", "read", "40 kWh"]] == only["rows"]
    assert [False, False, False, True] == only["numbers"]


def test_a_factor_is_shown_for_the_register_that_has_one() -> None:
    converted = replace(BY_INTERVALS, meter="M3", consumption=D(400), multiplier=D("40.0"))

    assert ["", "× 40"] == [row[3] for row in table(BY_INTERVALS, converted)["rows"]]


def test_an_estimated_index_says_so_be_it_the_old_or_the_new_one() -> None:
    new, old = replace(BY_INDEX, estimated=True), replace(BY_INDEX, previous_estimated=True)

    assert ("48,211.50", "estimated") == (table(new)["rows"][0][2], table(new)["rows"][0][4])
    assert ("48,211.50\nestimated", "read") == (table(old)["rows"][0][2], table(old)["rows"][0][4])


def test_estimated_use_without_an_index_says_so_too() -> None:
    assert "estimated" == table(replace(BY_INTERVALS, estimated=True))["rows"][0][2]


def test_what_a_register_counts_is_said_in_the_reader_s_words() -> None:
    names = {
        "import": "Electricity", "import_ht": "Electricity, high rate", "import_night": "Electricity, night",
        "export": "Fed in", "reactive_import": "Reactive energy taken", "import_T1": "Electricity, T1",
    }  # fmt: skip

    assert list(names.values()) == [
        row[1] for row in table(*(replace(BY_INTERVALS, counts=name) for name in names))["rows"]
    ]


def test_volumes_are_in_cubic_metres_as_people_write_them() -> None:
    water = replace(BY_INDEX, unit="m3", utility="water", counts="water", register="volume")

    assert ["Water", "1,834.25 m³"] == [table(water)["rows"][0][at] for at in (1, -1)]


def test_the_annex_has_a_row_an_interval_and_the_sum_of_each_register() -> None:
    rows = tuple(IntervalRow(datetime(2026, 10, 1, hour, tzinfo=UTC), (D("0.25"), D(hour))) for hour in range(3))

    annex = annex_table(make_paper(annex=Annex(("import", "export"), rows)), ENGLISH)

    assert annex is not None
    assert 3 == len(annex["rows"])
    assert ["0.75", "3.00"] == annex["sums"][1:]
    assert annex["rows"][2][0].endswith("02:00")


def test_without_an_annex_there_is_no_table() -> None:
    assert annex_table(make_paper(), ENGLISH) is None
