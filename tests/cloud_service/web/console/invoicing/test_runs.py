import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.rating.rated_contract import RatedContract, RatedContractFacts
from cloud_service.flow.billing_run import RunPlan, plan
from cloud_service.flow.metering import estimate_gaps
from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from cloud_service.store.metering.estimation import estimable_registers
from cloud_service.store.scope import Scope
from common.period import Span
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_rows, database_value, text_of

SPAN = {"from": "2026-10-01", "until": "2026-11-01", "bill_date": "2026-11-20"}


def planned_run(fresh: Console, **more: str) -> tuple[FlaskClient, str]:
    """A run of October, planned by a clerk: who planned it, and the address of its page."""
    clerk = fresh.sign_in("billing")
    answer = post(clerk, "/runs/new", "/runs", **SPAN | more)
    assert 302 == answer.status_code, answer.text
    return clerk, str(answer.location)


def test_a_planned_run_is_queued_and_its_page_shows_how_far_it_is(fresh: Console) -> None:
    clerk, where = planned_run(fresh)

    page = clerk.get(where).text
    assert 'hx-trigger="load delay' in page
    assert re.search(r"0 of \d", text_of(page))
    with transaction(fresh.engine) as session:
        assert (
            0
            < session.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'rate_run'")).scalar_one()
        )


def test_nothing_can_be_approved_before_it_is_rated(fresh: Console) -> None:
    clerk, where = planned_run(fresh)

    assert 409 == post(clerk, where, f"{where}/approve").status_code


def test_a_cancelled_run_frees_its_days(fresh: Console) -> None:
    clerk, where = planned_run(fresh)
    post(clerk, where, f"{where}/cancel")

    assert "Cancelled" in text_of(clerk.get(where).text)
    with transaction(fresh.engine) as session:
        states = session.execute(text("SELECT DISTINCT state FROM billing_item")).scalars().all()
    assert set(states) <= {"cancelled"}


def _rated(item: Any, net: Decimal) -> RatedContract:
    """A rating of an item's first day without taxes."""
    return RatedContract(
        currency="KES", start=item.start, end=item.start + timedelta(days=1), lines=(), taxes=(), max_demand_kw=None,
        energy=1, net=net, tax=Decimal(0), total=net, total_unrounded=net,
        contract=RatedContractFacts(id=item.contract, number="K-1"),
    )  # fmt: skip


def test_what_looks_odd_stands_on_the_page_with_its_reason_before_approval(fresh: Console) -> None:
    """K-1 used a hundred times as much as on its last bill."""
    clerk, where = planned_run(fresh)
    net = Decimal(9000)
    with transaction(fresh.engine) as session:
        items = "SELECT b.id, k.id AS contract, lower(b.during) AS start FROM billing_item b JOIN contract k"
        item = session.execute(text(f"{items} ON k.id = b.contract_id WHERE k.number = 'K-1'")).one()
        contract = {"contract": {"id": item.contract, "number": "K-1"}, "net": "100.00", "energy": 1000}
        _invoice_before(session, item, contract)
        session.execute(text("UPDATE billing_item SET state = 'rated', rated = :r WHERE id = :id"),
                        {"r": json.dumps(to_json(_rated(item, net))), "id": item.id})  # fmt: skip
        session.execute(text("UPDATE billing_item SET state = 'parked', reason = 'no tariff' WHERE state = 'waiting'"))
        session.execute(text("UPDATE billing_run SET state = 'rated'"))
    page = clerk.get(where)

    assert 200 == page.status_code, page.text
    page_text = text_of(page.text)
    assert "times the usual amount a day" in page_text
    assert "K-1" in page_text.partition("Worth a look")[2]
    assert "Approve and issue 1 bill" in page_text
    assert "KES 9,000.00" in page_text.partition("Connections")[2]
    assert "2026-10-01 to 2026-10-31" in page_text


INVOICE_BEFORE = (
    "INSERT INTO invoice (legal_entity_id, number, account_id, bill_date, due_date, during, currency, net, tax, total,"
    " local_currency, energy, seller, buyer, basis, hash) SELECT legal_entity_id, 'INV-9', account_id, bill_date,"
    " due_date, daterange(cast(:start AS date) - 20, cast(:start AS date) - 10), currency, 100, 0, 100, local_currency,"
    " 0, seller, buyer, :basis, '' FROM invoice WHERE number = 'INV-1' RETURNING id"
)


def _invoice_before(session: Any, item: Any, contract: dict[str, Any]) -> None:
    """A bill of ten days before, as a run would have frozen it."""
    values = {"start": item.start, "basis": json.dumps({"contracts": [contract]})}
    invoice = session.execute(text(INVOICE_BEFORE), values).scalar_one()
    span = "INSERT INTO invoice_span (invoice_id, contract_id, during) SELECT id, :contract, during FROM invoice"
    session.execute(text(f"{span} WHERE id = :id"), {"contract": item.contract, "id": invoice})


def test_an_approved_run_is_issued_by_the_workers_and_named_in_the_audit_log(fresh: Console) -> None:
    clerk, where = planned_run(fresh)
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE billing_run SET state = 'rated'"))
    answer = post(clerk, where, f"{where}/approve")

    assert 302 == answer.status_code, answer.text
    assert "Approved: the bills are being issued." in text_of(clerk.get(where).text)
    assert ("issuing", "billing@kilo.example") == tuple(
        database_rows(fresh, "SELECT state, approved_by FROM billing_run")[0]
    )
    assert 0 < database_value(fresh, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'issue_run'")


def test_what_was_parked_is_rated_again(fresh: Console) -> None:
    clerk, where = planned_run(fresh)
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE billing_item SET state = 'parked', reason = 'no tariff'"))
        session.execute(text("UPDATE billing_run SET state = 'rated'"))
    post(clerk, where, f"{where}/retry")

    assert "2 parked connections are rated again." in text_of(clerk.get(where).text)
    assert "rating" == database_value(fresh, "SELECT state FROM billing_run")


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [("from", "", "a day is missing"), ("until", "soon", "is not a day"), ("until", "2026-09-01", "2026-09-01")],
)
def test_a_run_needs_its_days(fresh: Console, field: str, typed: str, message: str) -> None:
    answer = post(fresh.sign_in("billing"), "/runs/new", "/runs", **SPAN | {field: typed})

    assert (422, True) == (answer.status_code, message in answer.text)
    assert 0 == database_value(fresh, "SELECT count(*) FROM billing_run")


def test_support_cannot_start_or_see_runs(console: Console) -> None:
    support = console.sign_in("support")

    assert 404 == support.get("/runs").status_code
    assert 404 == support.get("/runs/new").status_code
    assert "Run billing" not in support.get("/dashboard").text


def test_days_that_are_not_over_are_left_for_later_and_said(fresh: Console) -> None:
    clerk, where = planned_run(fresh, until="2026-12-01")

    page = text_of(clerk.get(where).text)
    assert "Not over until 2026-12-01: what ends by 2026-11-20 is billed now, the rest when it is over." in page
    assert "2026-11-20" == str(database_value(fresh, "SELECT upper(during) FROM billing_run"))


def test_days_to_come_are_refused(fresh: Console) -> None:
    answer = post(
        fresh.sign_in("billing"), "/runs/new", "/runs", **SPAN | {"from": "2026-12-01", "until": "2027-01-01"}
    )

    assert (422, True) == (answer.status_code, "nothing of them is over" in answer.text)
    assert 0 == database_value(fresh, "SELECT count(*) FROM billing_run")


def with_an_estimate(console: Console) -> tuple[str, int]:
    """A run over August that waits, and an estimate of its meter that nobody has confirmed: (its address, the id)."""
    for day, index in ((1, "1000"), (11, "1100")):
        at = datetime(2026, 8, day, tzinfo=UTC)
        enter(console.engine, ManualReading("meter-M-1", "import", at, Decimal(index), "Ada", "read"), NOW)
    while validate_dirty(console.engine).days:
        pass
    with transaction(console.engine) as session:
        entity = session.execute(text("SELECT id FROM legal_entity WHERE name = 'Kilo Ltd'")).scalar_one()
        august = Span(date(2026, 8, 1), date(2026, 9, 1))
        planned = plan(session, RunPlan(entity, august, date(2026, 9, 2), "calendar"))
        time = datetime(2026, 8, 11, tzinfo=UTC), datetime(2026, 8, 31, 21, tzinfo=UTC)
        registers = estimable_registers.of_meter(session, Scope(), "meter-M-1", time)
        (gap,) = estimate_gaps.gaps_of(session, registers, NOW)
        estimate = estimate_gaps.chosen(gap)
        kept = estimate_gaps.keep(
            session, gap, estimate, author="calendar", reason="last day", now=NOW, confirmed=False
        )
    return f"/runs/{planned.public_id}", kept


def test_what_was_estimated_stands_on_the_runs_page_and_is_confirmed_there(fresh: Console) -> None:
    page, estimate = with_an_estimate(fresh)
    client = fresh.sign_in("billing")
    seen = text_of(client.get(page).text)
    assert "208.750 kWh Average of the last known days calendar last day To be confirmed" in seen
    assert "Confirm 1 estimate" in seen

    assert 302 == post(client, page, f"{page}/estimates", estimate=str(estimate), reason="as usual").status_code

    assert "Confirmed by billing@kilo.example" in text_of(client.get(page).text)
    assert "as usual" == database_value(fresh, "SELECT reason FROM audit WHERE action = 'reading.confirm_estimate'")
    post(client, page, f"{page}/estimates", estimate="9999", reason="of another run")
    assert 1 == database_value(fresh, "SELECT count(*) FROM audit WHERE action = 'reading.confirm_estimate'")


def test_a_connection_parked_for_want_of_readings_leads_to_its_gap_and_others_do_not(fresh: Console) -> None:
    page, _estimate = with_an_estimate(fresh)
    client = fresh.sign_in("billing")
    for code, is_offered in (("no_tariff", False), ("missing_days", True)):
        with transaction(fresh.engine) as session:
            session.execute(text("UPDATE billing_item SET state = 'parked', code = :code"), {"code": code})
        answer = client.get(page).text
        assert is_offered == (f"/connections/{fresh.ids['K-1']}/estimate?" in answer)
    assert "from=2026-08-01&amp;to=2026-08-31" in answer


def test_held_amounts_are_let_go_by_who_may_approve(fresh: Console) -> None:
    page, _estimate = with_an_estimate(fresh)
    with transaction(fresh.engine) as session:
        session.execute(
            text(
                "UPDATE billing_item SET state = 'parked', code = 'outlier', reason = '3.0 times', rated = '{\"x\": 1}'"
            )
        )
        session.execute(text("UPDATE billing_run SET state = 'rated'"))
        session.execute(text("UPDATE gap_estimate SET confirmed_by = 'boss', confirmed_at = now()"))
    client = fresh.sign_in("billing")
    assert "Amounts far from the period before are held." in text_of(client.get(page).text)

    assert 302 == post(client, page, f"{page}/let-go", reason="a new boiler").status_code

    assert {"rated"} == {row.state for row in database_rows(fresh, "SELECT state FROM billing_item")}
    assert ("issuing", "billing@kilo.example") == tuple(
        database_rows(fresh, "SELECT state, approved_by FROM billing_run")[0]
    )
    assert 409 == post(client, page, f"{page}/let-go").status_code
