from datetime import datetime

from cloud_service.domain.metering.meterdata.csv_table import COLUMNS
from cloud_service.domain.metering.meterdata.table_guess import TIME_FORMATS
from cloud_service.web.console.metering.reading_table_fields import COLUMN_LABELS, table_fields
from tests.cloud_service.web.conftest import Console


def test_every_column_that_we_know_has_a_word() -> None:
    assert list(COLUMNS) == list(COLUMN_LABELS)


def test_each_way_to_write_a_time_is_shown_by_an_example_that_is_read_by_it(console: Console) -> None:
    with console.app.test_request_context():
        options = next(field.options for field in table_fields() if field.key == "time_format")

    assert list(TIME_FORMATS) == [value for value, _label in options]
    for form, example in options[1:]:
        assert datetime.strptime(example, form).date() == datetime(2026, 11, 25).date()  # noqa: DTZ001, DTZ007 - days
