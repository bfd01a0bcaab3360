from decimal import Decimal

from flask_login import login_user

from cloud_service.web.portal.customer import own_customer
from cloud_service.web.portal.year_chart import year_chart
from tests.cloud_service.web.conftest import Console


def test_a_year_ends_with_this_month_and_has_no_bars_beside_it_where_the_year_before_is_unknown(
    console: Console,
) -> None:
    with console.app.test_request_context():
        login_user(console.app.extensions["security"].datastore.find_user(email="amina@example.com"))
        chart = year_chart(own_customer())

    assert ["December 2025", "November 2026"] == [chart.rows[0][0], chart.rows[-1][0]]
    assert ["This year"] == chart.legend
    assert (12, 12) == (len(chart.rows), len(chart.drawn[0].bars))
    assert {Decimal(0)} == {last for _month, _this, last in chart.rows}
    assert chart.rows[-1][1] > 0
