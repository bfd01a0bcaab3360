from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import text_of


def test_ageing_statement_and_list_say_the_same_sum(console: Console, admin: FlaskClient) -> None:
    ageing = admin.get("/reports/ageing.csv").text
    statement = admin.get(f"/accounts/{console.ids['A-1']}/statement.csv").text

    assert "A-1,Amina Wanjiku,KES,30.00,0.00,100.00,0.00,0.00,130.00" in ageing
    assert statement.splitlines()[-1].endswith(",130.00")
    assert "OUTSTANDING (Local Currency) KES 130.00" in text_of(admin.get("/bills?account=A-1").text)


def test_the_past_can_be_asked_for(admin: FlaskClient) -> None:
    assert (
        "A-1,Amina Wanjiku,KES,50.00,100.00,0.00,0.00,0.00,150.00"
        in admin.get("/reports/ageing.csv?day=2026-11-14").text
    )


def test_what_is_only_credit_is_no_open_bill_and_an_account_shows_its_own_alone(fresh: Console) -> None:
    a1, a2 = (f"/accounts/{fresh.ids[name]}" for name in ("A-1", "A-2"))
    clerk = fresh.sign_in("billing")
    post(
        clerk,
        f"{a2}/money",
        f"{a2}/money",
        kind="payment",
        amount="5",
        provider="cash",
        reference="x",
        day="2026-11-19",
    )

    assert "A-2" not in clerk.get("/reports/ageing.csv").text
    assert "Nothing is open." in text_of(clerk.get(a2).text)
    assert "OUTSTANDING 30.00 0.00 100.00 0.00 0.00 130.00" in text_of(clerk.get(a1).text)
