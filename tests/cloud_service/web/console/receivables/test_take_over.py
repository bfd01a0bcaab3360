from decimal import Decimal
from typing import Any

import pytest

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import database_rows, open_amount, send_as_clerk, text_of

OLD = {
    "kind": "bill", "amount": "150.00", "on": "2026-11-01", "number": "2025/0815", "paid": "30.00", "day": "2026-08-03",
    "due_date": "2026-08-17", "text": "July",
}  # fmt: skip


def taken(fresh: Console, **fields: str) -> Any:
    return send_as_clerk(fresh, f"/accounts/{fresh.ids['A-1']}/take-over", **OLD | fields)


def page_of(fresh: Console, number: str = "2025/0815") -> str:
    (row,) = database_rows(fresh, "SELECT public_id FROM invoice WHERE number = :number", number=number)
    return f"/bills/{row.public_id}"


def test_an_old_bill_is_taken_over_seen_by_staff_and_tenant_paid_and_has_no_paper_of_ours(fresh: Console) -> None:
    assert 302 == taken(fresh).status_code
    assert Decimal("120.00") == open_amount(fresh, "2025/0815")
    where = page_of(fresh)

    page = fresh.sign_in("billing").get(where).text
    assert "Taken over from earlier books" in text_of(page)
    assert "invoice_pdf" not in page
    assert "Credit the bill" not in page
    assert 404 == fresh.sign_in("billing").get(f"{where}/invoice_pdf").status_code
    own = fresh.sign_in("amina").get(f"/portal{where}")
    assert (200, False) == (own.status_code, "invoice_pdf" in own.text)
    assert "An earlier bill" in text_of(own.text)
    assert "2025/0815" in fresh.sign_in("amina").get("/portal/bills").text
    refused = send_as_clerk(fresh, f"{where}/send")
    assert (409, True) == (refused.status_code, "issued by the books before ours" in text_of(refused.text))

    send_as_clerk(fresh, f"{where}/payments", amount="120.00", provider="bank", reference="X", day="2026-11-18")
    assert Decimal(0) == open_amount(fresh, "2025/0815")
    back = send_as_clerk(fresh, f"{where}/take-back")
    assert 302 == back.status_code
    assert "money was booked for it" in text_of(fresh.sign_in("billing").get("/bills").text) or Decimal(0) == (
        open_amount(fresh, "2025/0815")
    )


def test_taken_back_it_is_in_no_list_and_its_page_says_so(fresh: Console) -> None:
    taken(fresh)
    where = page_of(fresh)

    assert 302 == send_as_clerk(fresh, f"{where}/take-back").status_code

    assert "2025/0815" not in fresh.sign_in("billing").get("/bills?q=2025").text.replace('value="2025', "")
    assert "Taken back" in text_of(fresh.sign_in("billing").get(where).text)


def test_a_balance_and_a_deposit_need_no_bill(fresh: Console) -> None:
    assert 302 == taken(fresh, kind="balance", amount="-12.50", number="", paid="", day="", due_date="").status_code
    assert 302 == taken(fresh, kind="deposit", amount="200", number="", paid="", day="", due_date="").status_code

    page = text_of(fresh.sign_in("billing").get(f"/accounts/{fresh.ids['A-1']}").text)
    assert "OPENING-A-1" in page
    (deposit,) = database_rows(fresh, "SELECT public_id FROM payment WHERE provider = 'take_over'")
    where = f"/payments/{deposit.public_id}"
    assert "Take back" in text_of(fresh.sign_in("billing").get(where).text)
    assert 302 == send_as_clerk(fresh, f"{where}/take-back").status_code
    assert "Take back" not in text_of(fresh.sign_in("billing").get(where).text)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"), ({"amount": "0"}, "amount"),
        ({"paid": "151"}, "paid"), ({"on": "2030-01-01"}, "on"),
        ({"due_date": "2026-08-01"}, "due_date"), ({"day": "2026-11-02"}, "day"), ({"number": "INV-1"}, "number"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(fresh: Console, fields: dict[str, str], field: str) -> None:
    answer = taken(fresh, **fields)

    assert 422 == answer.status_code
    assert f'id="e-{field}"' in answer.text


def test_the_same_twice_is_said(fresh: Console) -> None:
    taken(fresh)

    assert (422, True) == ((again := taken(fresh)).status_code, "taken over already" in text_of(again.text))


def test_an_account_of_another_company_does_not_exist(fresh: Console) -> None:
    where = f"/accounts/{fresh.ids['Z-1']}/take-over"

    assert 404 == fresh.sign_in("billing").get(where).status_code
    assert 404 == fresh.sign_in("support").get(f"/accounts/{fresh.ids['A-1']}/take-over").status_code
