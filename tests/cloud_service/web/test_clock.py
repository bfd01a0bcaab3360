from datetime import UTC, date, datetime

from flask_login import login_user

from cloud_service.web.clock import now, site_zone, today
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.operator_rows import NOW


def test_the_day_is_the_operators_whatever_the_browser_says(console: Console) -> None:
    """At 22:30 UTC it is half past one in Nairobi, on the next day."""
    console.app.config["CLOCK"] = lambda: datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    try:
        with console.app.test_request_context():
            login_user(console.app.extensions["security"].datastore.find_user(email="admin@kilo.example"))
            assert ("Africa/Nairobi", date(2026, 11, 21)) == (site_zone(), today())
    finally:
        console.app.config["CLOCK"] = lambda: NOW


def test_a_stranger_who_sees_no_site_has_the_day_of_utc(console: Console) -> None:
    with console.app.test_request_context():
        assert ("UTC", date(2026, 11, 20), NOW) == (site_zone(), today(), now())
