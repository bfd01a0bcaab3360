from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

STATE = (
    "INSERT INTO prepaid_state (account_id, state, balance, rated, days_left) SELECT id, :state, :balance, 3, :days"
    " FROM account WHERE number = :account"
)
ORDER = (
    "INSERT INTO gateway_command (service_point_id, meter_id, account_id, kind, reason, author)"
    " SELECT n.service_point_id, n.meter_id, k.account_id, 'disconnect', 'nothing left', 'worker'"
    " FROM meter_mount n JOIN contract k ON k.service_point_id = n.service_point_id WHERE k.number = :number"
)


def test_nothing_looked_at_yet_says_who_looks(admin: FlaskClient) -> None:
    page = text_of(admin.get("/prepaid").text)

    assert "No prepaid accounts have been looked at yet The worker looks at them every minute." in page


def test_who_is_in_need_stands_first_and_the_orders_below(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        for account, state, balance, days in (("A-1", "ok", 90, 30), ("A-2", "low", 4, 1.5), ("Z-1", "empty", 0, 0)):
            values = {"account": account, "state": state, "balance": balance, "days": days}
            session.execute(text(STATE), values)
        for number in ("K-2", "K-3"):
            session.execute(text(ORDER), {"number": number})
    page = text_of(fresh.sign_in("admin").get("/prepaid").text)

    assert "A-2 Bakery &amp; Söhne Low EUR 4.00 1.5 3.00" in page
    assert page.index("A-2") < page.index("A-1 Amina Wanjiku OK KES 90.00 30.0")
    assert "Disconnect Waiting A-2 Lake Shop 1 nothing left worker" in page
    assert "Z-1" not in page  # of another legal entity


def test_an_order_is_marked_as_carried_out_and_those_of_others_are_not_there(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        for number in ("K-2", "K-3"):
            session.execute(text(ORDER), {"number": number})
    orders = {row.account: row.id for row in database_rows(
        fresh, "SELECT g.id, a.number AS account FROM gateway_command g JOIN account a ON a.id = g.account_id"
    )}  # fmt: skip
    clerk = fresh.sign_in("billing")

    assert 302 == post(clerk, "/prepaid", f"/prepaid/orders/{orders['A-2']}", became="done").status_code
    assert 404 == post(clerk, "/prepaid", f"/prepaid/orders/{orders['A-2']}", became="failed").status_code
    assert 404 == post(clerk, "/prepaid", f"/prepaid/orders/{orders['Z-1']}", became="done").status_code
    states = database_rows(fresh, "SELECT state FROM gateway_command ORDER BY id")
    assert ["done", "waiting"] == [row.state for row in states]
