from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.test_dashboard import text_of


def one(console: Console, query: str) -> object:
    with transaction(console.engine) as session:
        return session.execute(text(query)).scalar_one()


def test_a_bill_shows_its_lines_with_why_they_are_so(console: Console, admin: FlaskClient) -> None:
    page = text_of(admin.get(f"/bills/{console.ids['INV-2']}").text)

    assert "Energy, day all energy at the day price" in page
    assert "500.25 × 0." in page
    assert "BILL AMOUNT 50.00" in page
    assert "OUTSTANDING 30.00" in page
    assert "Bank R-1 20.00" in page


def test_the_local_amount_stands_beside_a_foreign_one(console: Console, admin: FlaskClient) -> None:
    assert "OUTSTANDING (Local Currency) at 150 KES 0.00" in text_of(admin.get(f"/bills/{console.ids['INV-3']}").text)


def test_a_recorded_payment_settles_the_bill_and_moves_the_dashboard(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-2']}"

    answer = post(clerk, bill, f"{bill}/payments", amount="30.00", day="2026-11-19", provider="bank", reference="X-7")

    assert 302 == answer.status_code
    page = text_of(clerk.get(bill).text)
    assert "OUTSTANDING 0.00" in page
    assert "Bank X-7 30.00" in page
    assert "TOTAL OUTSTANDING KES 100.00" in text_of(clerk.get("/dashboard").text)
    assert "billing@kilo.example" == one(fresh, "SELECT author FROM payment WHERE provider_ref = 'X-7'")


def test_the_same_reference_is_not_booked_twice(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"
    fields = {"amount": "10", "day": "2026-11-19", "provider": "bank", "reference": "X-7"}

    post(clerk, bill, f"{bill}/payments", **fields)
    post(clerk, bill, f"{bill}/payments", **fields)

    assert "Not booked: duplicate" in text_of(clerk.get(bill).text)
    assert Decimal(10) == one(fresh, "SELECT sum(amount) FROM payment WHERE provider_ref = 'X-7'")


def test_a_payment_that_cannot_be_is_refused_and_nothing_is_booked(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"
    before = one(fresh, "SELECT count(*) FROM payment")

    for fields in (
        {"amount": "ten", "day": "2026-11-19"},
        {"amount": "-5", "day": "2026-11-19"},
        {"amount": "NaN", "day": "2026-11-19"},
        {"amount": "0.001", "day": "2026-11-19"},
        {"amount": "5", "day": "2026-12-24"},
        {"amount": "5", "day": "someday"},
    ):
        assert 422 == post(clerk, bill, f"{bill}/payments", reference="Y", provider="bank", **fields).status_code

    assert before == one(fresh, "SELECT count(*) FROM payment")


def test_a_bill_is_sent_again_to_the_clients_present_address(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"

    post(clerk, bill, f"{bill}/send")
    post(clerk, bill, f"{bill}/send")

    assert 1 == one(fresh, "SELECT count(*) FROM delivery WHERE recipient = 'c-1@example.com' AND state = 'waiting'")
    assert 1 <= one(fresh, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'")  # type: ignore[operator]


def test_who_may_only_look_is_offered_no_buttons(console: Console) -> None:
    page = console.sign_in("support").get(f"/bills/{console.ids['INV-1']}").text

    assert "Record a payment" not in page
    assert "Send again" not in page


def test_the_pay_link_stands_on_what_is_open_only(console: Console, admin: FlaskClient) -> None:
    assert f"/pay/{console.ids['INV-1']}" in admin.get(f"/bills/{console.ids['INV-1']}").text
    assert "/pay/" not in admin.get(f"/bills/{console.ids['INV-3']}").text
