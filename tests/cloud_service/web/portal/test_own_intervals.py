"""The intervals of a customer's register."""

from datetime import UTC, date, datetime

from flask_login import login_user
from sqlalchemy import text

from cloud_service.web.portal.customer import own_customer
from cloud_service.web.portal.own_intervals import own_intervals
from common.period import Span
from tests.cloud_service.web.conftest import Console

DAYS = Span(date(2026, 11, 17), date(2026, 11, 20))


def test_a_meter_that_hung_elsewhere_in_the_morning_is_the_customers_in_the_afternoon(fresh: Console) -> None:
    at = datetime(2026, 11, 18, 9, tzinfo=UTC)  # noon in Nairobi
    with fresh.engine.begin() as connection:
        connection.execute(
            text("UPDATE meter_mount SET during = tstzrange(:at, :until), multiplier = 3"),
            {"at": at, "until": datetime(2026, 11, 18, 12, tzinfo=UTC)},
        )
    with fresh.app.test_request_context():
        login_user(fresh.app.extensions["security"].datastore.find_user(email="amina@example.com"))
        (register,) = own_customer().registers
        intervals = own_intervals(register, DAYS)

    assert (12, at, {750}) == (len(intervals), intervals[0].start, {interval.value for interval in intervals})
