from decimal import Decimal

import pytest

from cloud_service.web.language.locale import LANGUAGES
from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.pages import database_rows, database_value, text_of


def test_a_recorded_payment_settles_the_bill_and_moves_the_dashboard(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-2']}"

    answer = post(clerk, bill, f"{bill}/payments", amount="30.00", day="2026-11-19", provider="bank", reference="X-7")

    assert 302 == answer.status_code
    page = text_of(clerk.get(bill).text)
    assert "OUTSTANDING 0.00" in page
    assert "Bank X-7 30.00" in page
    assert "TOTAL OUTSTANDING KES 100.00" in text_of(clerk.get("/dashboard").text)
    assert "billing@kilo.example" == database_value(fresh, "SELECT author FROM payment WHERE provider_ref = 'X-7'")


def test_the_same_reference_is_not_booked_twice(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"
    fields = {"amount": "10", "day": "2026-11-19", "provider": "bank", "reference": "X-7"}

    post(clerk, bill, f"{bill}/payments", **fields)
    again = post(clerk, bill, f"{bill}/payments", **fields)

    assert (422, True) == (again.status_code, "Not booked: duplicate; this reference is there already" in again.text)
    assert Decimal(10) == database_value(fresh, "SELECT sum(amount) FROM payment WHERE provider_ref = 'X-7'")


def test_a_form_that_is_sent_twice_without_a_reference_is_one_payment(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"
    fields = {"amount": "10", "day": "2026-11-19", "provider": "cash"}
    answers = [post(clerk, bill, f"{bill}/payments", **fields) for _press in range(2)]
    third = post(clerk, bill, f"{bill}/payments", **fields, reference="second instalment")

    assert [302, 422, 302] == [answers[0].status_code, answers[1].status_code, third.status_code]
    assert "This amount is booked for this bill on this day already" in answers[1].text
    assert Decimal(20) == database_value(fresh, "SELECT sum(amount) FROM payment WHERE author LIKE 'billing@%'")


def test_a_payment_that_cannot_be_is_refused_and_nothing_is_booked(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"
    before = database_value(fresh, "SELECT count(*) FROM payment")

    for fields in (
        {"amount": "ten", "day": "2026-11-19"},
        {"amount": "-5", "day": "2026-11-19"},
        {"amount": "NaN", "day": "2026-11-19"},
        {"amount": "0.001", "day": "2026-11-19"},
        {"amount": "5", "day": "2026-12-24"},
        {"amount": "5", "day": "someday"},
    ):
        refused = post(clerk, bill, f"{bill}/payments", reference="Y", provider="bank", **fields)
        assert 422 == refused.status_code
        assert f'value="{fields["amount"]}"' in refused.text  # what was typed stays

    assert before == database_value(fresh, "SELECT count(*) FROM payment")


def test_a_bill_is_agreed_to_be_paid_in_parts(fresh: Console) -> None:
    bill = f"/bills/{fresh.ids['INV-1']}"
    answer = post(fresh.sign_in("billing"), bill, f"{bill}/plan", parts="3", first="2026-12-01", reason="asked for")

    assert 302 == answer.status_code, answer.text
    parts = database_rows(fresh, "SELECT amount FROM plan_instalment ORDER BY due_date")
    assert ["33.33", "33.33", "33.34"] == sorted(f"{instalment.amount:.2f}" for instalment in parts)
    assert "asked for" in text_of(fresh.sign_in("billing").get("/dunning").text)


def test_a_plan_that_cannot_be_agreed_comes_back_with_what_was_typed(fresh: Console) -> None:
    where = f"/bills/{fresh.ids['INV-1']}/plan"
    answer = post(fresh.sign_in("billing"), where, where, parts="some", first="", reason="asked for")

    assert (422, True) == (answer.status_code, 'value="asked for"' in answer.text)
    assert "&#39;some&#39; is not a whole number" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_amount_that_stands_in_the_form_is_booked_as_it_is_in_every_language(fresh: Console, language: str) -> None:
    clerk = fresh.sign_in("billing")
    clerk.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    where = f"/bills/{fresh.ids['INV-2']}/payments"
    page = clerk.get(where).text
    shown = page.partition('id="f-amount"')[0].rpartition('value="')[2].partition('"')[0]

    answer = clerk.post(
        where, data={"csrf_token": token(page), "amount": shown, "reference": "X-9", "provider": "cash"},
        headers={"Referer": f"http://localhost{where}"},
    )  # fmt: skip

    assert 302 == answer.status_code, answer.text
    assert Decimal(30) == database_value(fresh, "SELECT amount FROM payment WHERE provider_ref = 'X-9'")


@pytest.mark.parametrize(("language", "typed"), [("en", "12,50"), ("de", "12.50"), ("fr", "1.250,00")])
def test_a_number_in_another_writing_is_refused_and_never_a_hundred_times_as_much(
    fresh: Console, language: str, typed: str
) -> None:
    clerk = fresh.sign_in("billing")
    clerk.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    where = f"/accounts/{fresh.ids['A-1']}/money"
    before = database_value(fresh, "SELECT count(*) FROM payment")
    form = {"kind": "payment", "amount": typed, "provider": "cash", "reference": "Z", "day": "2026-11-19"}

    assert 422 == post(clerk, where, where, **form).status_code
    assert before == database_value(fresh, "SELECT count(*) FROM payment")
