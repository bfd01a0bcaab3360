from decimal import Decimal

import pytest
from flask import render_template_string
from flask.testing import FlaskClient

from cloud_service.domain.invoicing.rebill_difference import ComparedLine, compare
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import text_of


def test_a_credited_bill_is_owed_no_more_and_points_at_its_credit_note(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"

    assert 302 == post(clerk, bill, f"{bill}/credit", reason="meter read twice").status_code

    page = text_of(clerk.get(bill).text)
    assert "Bill INV-1 Credited" in page
    assert "Corrected by credit note" in page
    assert "TOTAL OUTSTANDING KES 30.00" in text_of(clerk.get("/dashboard").text)
    again = post(clerk, bill, f"{bill}/credit", reason="once more")
    assert (422, True) == (again.status_code, "INV-1 is credited already" in again.text)
    assert 'value="once more"' in again.text


def test_a_dispute_is_opened_once_and_closed(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-1']}"

    post(clerk, bill, f"{bill}/dispute", reason="tenant says the meter is wrong")
    assert "Close the dispute" in clerk.get(bill).text
    post(clerk, bill, f"{bill}/dispute/close", reason="meter tested: right")
    page = text_of(clerk.get(bill).text)

    assert "Dispute closed" in page
    assert "Disputed: do not remind" in page


def test_what_is_written_off_is_owed_no_more(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    bill = f"/bills/{fresh.ids['INV-2']}"

    post(clerk, bill, f"{bill}/write-off", reason="moved away")

    assert "Bill INV-2 Written off" in text_of(clerk.get(bill).text)
    assert "OUTSTANDING 0.00" in text_of(clerk.get(bill).text)
    assert "TOTAL OUTSTANDING KES 100.00" in text_of(clerk.get("/dashboard").text)


@pytest.mark.parametrize("step", ["credit", "write-off", "dispute"])
def test_nothing_of_it_is_done_without_a_reason_or_by_somebody_who_may_not(fresh: Console, step: str) -> None:
    bill = f"/bills/{fresh.ids['INV-1']}"

    assert 422 == post(fresh.sign_in("billing"), bill, f"{bill}/{step}", reason=" ").status_code
    assert 404 == post(fresh.sign_in("support"), "/me", f"{bill}/{step}", reason="x").status_code
    assert 404 == post(fresh.sign_in("admin"), bill, f"/bills/{fresh.ids['ZET-1']}/{step}", reason="x").status_code


def test_what_changes_is_called_in_the_reader_s_language(admin: FlaskClient) -> None:
    changes = compare(
        [ComparedLine("capacity", "Contracted capacity", "kW month", None, Decimal(1), Decimal(5), OUTSIDE_VAT)], []
    )
    with admin.application.test_request_context(headers={"Accept-Language": "de"}):
        page = render_template_string(
            '{% from "console/rebill_parts.html" import changes_table with context %}'
            '{{ changes_table(changes, "EUR") }}',
            changes=changes,
        )

    assert "Vertragsleistung" in page
    assert "1.00 kW × Monate" in page.replace(",", ".")
