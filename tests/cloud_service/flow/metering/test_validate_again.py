from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow.metering.validate_again import DAYS_MAX, validate_again
from common.errors import ConflictError, InputError
from tests.cloud_service.conftest import Office

FIRST = date(2026, 11, 1)


def test_a_meter_without_registers_has_nothing_to_make(office: Office) -> None:
    meter = office.session.execute(
        text("INSERT INTO meter (serial, name, maker) VALUES ('N', 'n', 'Test') RETURNING id")
    ).scalar_one()

    with pytest.raises(ConflictError, match="no registers"):
        validate_again(office.session, meter, FIRST, FIRST, author="clerk")


def test_a_span_that_is_too_long_or_backwards_is_refused(office: Office) -> None:
    for last in (date(2026, 10, 31), date.fromordinal(FIRST.toordinal() + DAYS_MAX)):
        with pytest.raises(InputError):
            validate_again(office.session, 1, FIRST, last, author="clerk")
