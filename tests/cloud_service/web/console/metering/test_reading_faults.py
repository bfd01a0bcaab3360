"""Faulty rows as a sheet: columns as the table calls them, else as our labels say."""

import io

from flask import Flask
from python_calamine import CalamineWorkbook

from cloud_service.domain.metering.meterdata import BadFileError, ColumnMapping
from cloud_service.web.console.metering.reading_faults import faults_file
from tests.cloud_service.web.conftest import Console


def test_a_fault_stands_with_the_name_of_its_column(console: Console) -> None:
    app: Flask = console.app
    faults = [
        BadFileError("is bad", line=7, field="value", hint="mend it"),
        BadFileError("is late", line=9, field="time"),
    ]
    with app.test_request_context("/"):
        file = faults_file("a.b.csv", faults, ColumnMapping(columns={"value": "Stand"}))
        rows = CalamineWorkbook.from_filelike(io.BytesIO(file.get_data())).get_sheet_by_index(0).to_python()

    assert ["Row", "Column", "What and why", "What to do"] in rows
    assert [7, "Stand", "is bad", "mend it"] in rows
    assert [9, "Time", "is late", ""] == rows[-1]
