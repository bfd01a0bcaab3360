from datetime import UTC, date, datetime

from flask_login import login_user

from cloud_service.web.portal.customer import own_customer
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.operator_rows import NOW


def test_a_customer_has_their_accounts_and_the_day_of_their_meter(console: Console) -> None:
    """At 23:30 UTC it is the next day in Berlin already."""
    console.app.config["CLOCK"] = lambda: datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    try:
        with console.app.test_request_context():
            login_user(console.app.extensions["security"].datastore.find_user(email="zoe@example.com"))
            zoe = own_customer()
            assert ("Zoe Zorn", ["Z-1"]) == (zoe.client.name, [account.number for account in zoe.accounts])
            assert ("Europe/Berlin", date(2026, 11, 21)) == (zoe.zone, zoe.today)
            assert [account.id for account in zoe.accounts] == zoe.ids
    finally:
        console.app.config["CLOCK"] = lambda: NOW
