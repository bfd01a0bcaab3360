from datetime import date

from cloud_service.flow import billing_run as running
from cloud_service.store.database.session import transaction
from common.period import Span
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import database_rows, database_value, text_of


def test_a_rated_run_waits_for_who_may_approve_it(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        entity = database_value(fresh, "SELECT id FROM legal_entity ORDER BY id LIMIT 1")
        run = running.plan(
            session, running.RunPlan(entity, Span(date(2026, 10, 1), date(2026, 11, 1)), date(2026, 11, 2), "t")
        )
    database_rows(
        fresh,
        "WITH b AS (UPDATE billing_item SET state = 'rated' RETURNING 1) UPDATE billing_run SET state = 'rated'"
        " RETURNING id",
    )
    page = fresh.sign_in("billing").get("/today").text
    assert "Review and approve" in text_of(page)
    assert f"/runs/{run.public_id}" in page

    looked = text_of(fresh.sign_in("auditor").get("/today").text)
    assert "Review and approve" not in looked
    assert "Waiting for others" in looked


def test_the_support_desk_is_sent_to_what_it_mends(fresh: Console) -> None:
    database_rows(fresh, "UPDATE gateway SET last_seen_at = '2026-11-20T10:00Z' RETURNING id")
    mine = text_of(fresh.sign_in("support").get("/today").text).partition("Waiting for others")[0]
    assert "offline" in mine
    assert "Review and approve" not in mine


def test_nothing_of_another_company_waits_here(console: Console) -> None:
    assert "zoe" not in console.sign_in("billing").get("/today").text.lower()


def test_customers_have_no_today_of_the_office(console: Console) -> None:
    assert 404 == console.sign_in("amina").get("/today").status_code
