"""Money, corrections, reminders, shared costs and reports, driven from the console as a clerk would."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.test_client_forms import rows
from tests.cloud_service.web.test_dashboard import text_of

DAY = "2026-11-18"
LATE = (
    "INSERT INTO late_day (invoice_id, register_id, day, before, after) SELECT i.id, r.id, '2026-09-25', 0, 500"
    " FROM invoice i, register r JOIN meter m ON m.id = r.meter_id WHERE i.number = 'INV-1' AND m.serial = 'M-1'"
)


def send(fresh: Console, where: str, **fields: Any) -> Any:
    return post(fresh.sign_in("billing"), where, where, **fields)


def paid(fresh: Console, kind: str = "payment", amount: str = "30.00", reference: str = "B-7") -> str:
    """Money booked for A-1 by the form; the address of its page."""
    where = f"/accounts/{fresh.ids['A-1']}/money"
    answer = send(fresh, where, kind=kind, amount=amount, provider="bank", reference=reference, day=DAY)
    assert 302 == answer.status_code, answer.text
    (row,) = rows(fresh, "SELECT public_id FROM payment WHERE provider_ref = :ref", ref=reference)
    return f"/payments/{row.public_id}"


def open_of(fresh: Console, number: str) -> Decimal:
    (row,) = rows(
        fresh, "SELECT i.total - coalesce(sum(x.amount), 0) AS left FROM invoice i LEFT JOIN allocation x"
        " ON x.invoice_id = i.id WHERE i.number = :number GROUP BY i.id", number=number,
    )  # fmt: skip
    return Decimal(row.left)


def test_money_in_settles_and_is_booked_once(fresh: Console) -> None:
    page = fresh.sign_in("billing").get(paid(fresh)).text

    assert "INV-1" in text_of(page)
    assert Decimal("70.00") == open_of(fresh, "INV-1")
    again = send(fresh, f"/accounts/{fresh.ids['A-1']}/money", kind="payment", amount="30.00", provider="bank",
                 reference="B-7", day=DAY)  # fmt: skip
    assert (422, True) == (again.status_code, 'id="e-reference"' in again.text)
    later = send(fresh, f"/accounts/{fresh.ids['A-1']}/money", kind="payment", amount="1", provider="bank",
                 reference="B-8", day="2027-01-01")  # fmt: skip
    assert (422, True) == (later.status_code, 'id="e-day"' in later.text)


@pytest.mark.parametrize("kind", ["refund", "chargeback"])
def test_money_that_goes_back_opens_its_bill_again(fresh: Console, kind: str) -> None:
    where = paid(fresh)
    too_much = send(fresh, f"{where}/back", kind=kind, amount="31", reference="R", day=DAY)
    assert (422, True) == (too_much.status_code, 'id="e-amount"' in too_much.text)
    assert 302 == send(fresh, f"{where}/back", kind=kind, amount="30", reference="R", day=DAY).status_code

    assert Decimal("100.00") == open_of(fresh, "INV-1")
    assert kind.capitalize() in text_of(fresh.sign_in("billing").get(where).text)


def test_a_deposit_waits_until_it_is_released_and_the_rest_is_paid_back(fresh: Console) -> None:
    where = paid(fresh, "deposit", "200.00", "D-1")
    assert Decimal("100.00") == open_of(fresh, "INV-1")
    assert 302 == send(fresh, f"{where}/release", amount="150.00", day=DAY).status_code

    assert (Decimal(0), Decimal(0)) == (open_of(fresh, "INV-1"), open_of(fresh, "INV-2"))  # 100 + 30; 20 is credit
    back = f"/accounts/{fresh.ids['A-1']}/payout"
    assert 422 == send(fresh, back, amount="21", reference="P", day=DAY).status_code
    assert 302 == send(fresh, back, amount="20", reference="P", day=DAY).status_code


def test_a_bill_is_agreed_to_be_paid_in_parts(fresh: Console) -> None:
    bill = f"/bills/{fresh.ids['INV-1']}"
    answer = post(fresh.sign_in("billing"), bill, f"{bill}/plan", parts="3", first="2026-12-01", reason="asked for")

    assert 302 == answer.status_code, answer.text
    parts = rows(fresh, "SELECT amount FROM plan_instalment ORDER BY due_date")
    assert ["33.33", "33.33", "33.34"] == sorted(f"{one.amount:.2f}" for one in parts)
    assert "asked for" in text_of(fresh.sign_in("billing").get("/dunning").text)


def test_looking_at_reminders_sends_nothing_and_the_button_sends_each_once(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    shown = text_of(clerk.get("/dunning").text)
    assert "INV-1" in shown
    assert "INV-2" not in shown  # not due yet
    assert [] == rows(fresh, "SELECT 1 FROM dunning_step")

    assert 302 == post(clerk, "/dunning", "/dunning/remind").status_code
    assert ["INV-1"] == [one.number for one in rows(fresh, "SELECT number FROM dunning_step d JOIN invoice i"
                                                          " ON i.id = d.invoice_id")]  # fmt: skip
    assert "No letter is due today" in text_of(clerk.get("/dunning").text)
    assert 1 == len(rows(fresh, "SELECT 1 FROM delivery WHERE kind = 'reminder'"))


def test_a_late_reading_lists_its_bill_and_what_cannot_be_rated_anew_stays_as_it_is(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    assert "Every bill rests on the readings that are known" in clerk.get("/bills/touched").text
    with transaction(fresh.engine) as session:
        session.execute(text(LATE))

    assert "INV-1" in text_of(clerk.get("/bills/touched").text)
    bill = f"/bills/{fresh.ids['INV-1']}"
    for verb in ("difference", "rebill"):
        refused = post(clerk, bill, f"{bill}/{verb}", reason="late reading")
        assert (409, True) == (refused.status_code, "cannot be rated anew" in refused.text)
    assert [] == rows(fresh, "SELECT 1 FROM invoice WHERE kind = 'credit_note'")


def test_a_cost_is_shared_to_the_cent_after_it_was_looked_at(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    document = {
        "label": "Stairs", "currency": "KES",
        "components": [{"by": "area", "weight": "0.7"}, {"by": "equal", "weight": "0.3"}],
        "members": [{"contract": "K-1", "area": "50"}, {"contract": "K-2", "area": "100"}],
    }  # fmt: skip
    theirs = document | {"members": [{"contract": "K-1", "area": "1"}, {"contract": "K-3", "area": "1"}]}
    refused = post(clerk, "/shared/new", "/shared/new", name="stairs", document=json.dumps(theirs))
    assert (422, True) == (refused.status_code, "there is no contract K-3" in refused.text)  # of another entity
    wrong = post(clerk, "/shared/new", "/shared/new", name="stairs", document='{"label": 3}')
    assert (422, True) == (wrong.status_code, 'id="e-document"' in wrong.text)
    assert 302 == post(clerk, "/shared/new", "/shared/new", name="stairs", document=json.dumps(document)).status_code

    (split,) = rows(fresh, "SELECT id FROM cost_split")
    form = {"split": str(split.id), "cost": "100.01", "from": "2026-10-01", "until": "2026-11-01"}
    shown = post(clerk, "/shared", "/shared", do="try", **form)
    # 70.01 by 50 : 100 = 23.34 + 46.67; 30.00 in two: 15.00 each
    assert "38.34" in text_of(shown.text)
    assert "61.67" in text_of(shown.text)
    assert [] == rows(fresh, "SELECT 1 FROM pending_line")
    assert 302 == post(clerk, "/shared", "/shared", do="keep", **form).status_code
    assert Decimal("100.01") == sum(one.amount for one in rows(fresh, "SELECT amount FROM pending_line"))
    twice = post(clerk, "/shared", "/shared", do="keep", **form)
    assert (422, True) == (twice.status_code, "were written before" in twice.text)


def test_reports_and_their_files_tell_the_same_and_only_of_ones_own(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    days = "from=2026-09-01&to=2026-11-30"
    assert "Energy" in text_of(clerk.get(f"/reports/revenue?{days}").text)
    book = text_of(clerk.get(f"/reports/cash-book?{days}").text)
    assert "bank R-1" in book
    assert "20.00" in book
    journal = list(csv.DictReader(io.StringIO(clerk.get(f"/reports/journal.csv?{days}").text.removeprefix("\ufeff"))))

    assert sum(Decimal(one["debit"]) for one in journal) == sum(Decimal(one["credit"]) for one in journal) > 0
    assert {"A-1", "A-2", ""} == {one["account"] for one in journal}  # Z-1 is of another entity
    revenue = clerk.get(f"/reports/revenue.csv?{days}").text
    assert "EUR" in revenue
    assert "70.00" not in revenue


def test_sites_and_rates_are_kept_by_who_manages(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    site = {"name": "Hof 2", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}
    wrong = post(admin, "/settings/sites/new", "/settings/sites/new", **site | {"timezone": "Mars"})
    assert (422, True) == (wrong.status_code, 'id="e-timezone"' in wrong.text)
    assert 302 == post(admin, "/settings/sites/new", "/settings/sites/new", **site).status_code

    (lake,) = rows(fresh, "SELECT public_id FROM site WHERE name = 'Lake House'")
    where = f"/settings/sites/{lake.public_id}/edit"
    stays = {"name": "Lake House", "timezone": "Africa/Nairobi", "currency": "KES"}
    moved = post(admin, where, where, **stays | {"timezone": "Europe/Berlin"})
    assert (422, True) == (moved.status_code, "bills rest on it" in moved.text)
    assert 302 == post(admin, where, where, **stays | {"address": "Shore 1"}).status_code

    rates = "day,currency,rate\n2026-11-01,USD,129.5\n"
    assert 302 == post(admin, "/settings/rates", "/settings/rates", document=rates).status_code
    other = post(admin, "/settings/rates", "/settings/rates", document=rates.replace("129.5", "130"))
    assert (422, True) == (other.status_code, "is known as 129.5" in other.text)
    assert 404 == fresh.sign_in("billing").get("/settings/rates").status_code
    (kilo,) = rows(fresh, "SELECT public_id FROM legal_entity WHERE currency = 'KES'")
    bank = f"/settings/entities/{kilo.public_id}/bank"
    mistyped = post(admin, bank, bank, holder="Kilo", iban="DE02120300000000202052", currency="KES")
    assert (422, True) == (mistyped.status_code, 'id="e-iban"' in mistyped.text)
    assert 302 == post(admin, bank, bank, holder="Kilo", iban="DE02120300000000202051", currency="KES").status_code
    own = f"/settings/entities/{kilo.public_id}/edit"
    dollars = post(admin, own, own, name="Kilo", currency="USD", timezone="Africa/Nairobi", locale="en")
    assert (422, True) == (dollars.status_code, "the currency stays" in dollars.text)
    (zeta,) = rows(fresh, "SELECT public_id FROM site WHERE name = 'Hof'")
    assert 404 == admin.get(f"/settings/sites/{zeta.public_id}/edit").status_code
