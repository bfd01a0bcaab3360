"""A reading as a row of a file."""

from datetime import UTC, datetime
from decimal import Decimal

from cloud_service.store.lookups.received_readings import FiledReading
from cloud_service.web.console.metering.reading_columns import reading_columns, reading_rows
from tests.cloud_service.web.conftest import Console

AT = datetime(2026, 11, 18, 7, tzinfo=UTC)


def test_a_gateway_a_person_and_a_step_are_told_apart(console: Console) -> None:
    readings = [
        FiledReading(AT, 12_345, 900, 0, 7, AT, "", "", counts=True),
        FiledReading(AT, 5, 0, 2, 0, AT, "Ann", "seen", counts=False),
    ]
    with console.app.test_request_context():
        columns, rows = reading_columns("kWh", "Africa/Nairobi"), list(reading_rows(readings, "Africa/Nairobi"))

    assert {len(columns)} == {len(row) for row in rows}
    assert [Decimal("12.345"), 15, "Actual", "yes", "Gateway", ""] == rows[0][1:7]
    assert [Decimal("0.005"), 0, "Estimated", "no", "Ann", "seen"] == rows[1][1:7]
    assert "2026-11-18T10:00:00+03:00" == rows[0][0].isoformat()  # type: ignore[union-attr]
