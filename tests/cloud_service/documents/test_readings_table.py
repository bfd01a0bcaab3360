"""The readings behind an invoice."""

from datetime import UTC, datetime
from decimal import Decimal

from cloud_service.documents.paper import Annex, IntervalRow, MeterReading
from cloud_service.documents.readings_table import annex_table, readings_table
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import make_paper

D = Decimal
ENGLISH = localizer_for("en_GB")
BY_INDEX = MeterReading("M1", "1.8.0", "kWh", D("1834.25"), D("48211.5"), D("50045.75"))
BY_INTERVALS = MeterReading("M2", "1.8.0", "kWh", D(40))


def test_indexes_are_shown_with_the_places_of_their_unit_and_how_they_were_read() -> None:
    (row,) = readings_table(make_paper(readings=(BY_INDEX,)), ENGLISH)["rows"]

    assert ["M1", "1.8.0", "48,211.50", "50,045.75 (read)", "1,834.25 kWh"] == row


def test_columns_that_no_register_needs_are_left_out() -> None:
    table = readings_table(make_paper(readings=(BY_INTERVALS,)), ENGLISH)

    assert [["M2", "1.8.0", "40 kWh"]] == table["rows"]
    assert 3 == len(table["head"])


def test_a_factor_is_shown_for_the_register_that_has_one() -> None:
    converted = MeterReading("M3", "1.8.0", "kWh", D(400), multiplier=D("40.0"))

    rows = readings_table(make_paper(readings=(BY_INTERVALS, converted)), ENGLISH)["rows"]

    assert [["M2", "1.8.0", "", "40 kWh"], ["M3", "1.8.0", "40", "400 kWh"]] == rows


def test_an_estimated_index_says_so() -> None:
    estimated = MeterReading("M1", "1.8.0", "kWh", D(1), D(1), D(2), estimated=True)

    assert "2 (estimated)" == readings_table(make_paper(readings=(estimated,)), ENGLISH)["rows"][0][3]


def test_estimated_use_without_an_index_says_so_too() -> None:
    estimated = MeterReading("M2", "1.8.0", "kWh", D(40), estimated=True)

    assert "40 kWh (estimated)" == readings_table(make_paper(readings=(estimated,)), ENGLISH)["rows"][0][2]


def test_the_annex_has_a_row_an_interval_and_the_sum_of_each_register() -> None:
    rows = tuple(IntervalRow(datetime(2026, 10, 1, hour, tzinfo=UTC), (D("0.25"), D(hour))) for hour in range(3))

    table = annex_table(make_paper(annex=Annex(("import", "export"), rows)), ENGLISH)

    assert table is not None
    assert 3 == len(table["rows"])
    assert ["0.75", "3.00"] == table["sums"][1:]
    assert table["rows"][2][0].endswith("02:00")


def test_without_an_annex_there_is_no_table() -> None:
    assert annex_table(make_paper(), ENGLISH) is None
