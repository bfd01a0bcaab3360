"""The head of an energy file: unit and days of each span."""

from datetime import date

import pytest
from flask import Flask

from cloud_service.domain.metering.energy.grouping import GroupBy
from cloud_service.domain.metering.energy.lines import EnergyLine
from cloud_service.domain.metering.energy.spans import compared_spans
from cloud_service.flow.metering.energy_report import EnergyQuestion, EnergyReport
from cloud_service.web.console.metering.energy_columns import days_text, energy_columns
from common.period import Span
from tests.cloud_service.web.conftest import Console

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def app(console: Console) -> Flask:
    return console.app


def test_every_column_is_a_value_of_a_line_and_says_its_days(app: Flask) -> None:
    for by in GroupBy:
        report = EnergyReport(EnergyQuestion(by, OCTOBER), compared_spans(OCTOBER), (), (), None, ())
        with app.test_request_context():
            columns = energy_columns(report)

        assert {column.key for column in columns} <= set(EnergyLine.__dataclass_fields__)
        assert len(columns) == len({str(column.label) for column in columns})
        assert "Change % on 2026-09-01 – 2026-09-30" in {str(column.label) for column in columns}


def test_one_day_is_said_once() -> None:
    assert "2026-10-01" == days_text(Span(date(2026, 10, 1), date(2026, 10, 2)))
