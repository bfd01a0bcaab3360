from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow import billing_run as running
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing.billing_calendar import BillingCalendar, set_calendar
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


def test_the_month_that_nobody_has_billed_waits_for_the_clerk(fresh: Console) -> None:
    entity = database_value(fresh, "SELECT public_id FROM legal_entity ORDER BY id LIMIT 1")
    clerk = fresh.sign_in("billing")
    page = clerk.get("/today").text
    assert "October 2026 is not billed" in text_of(page)
    assert f"/runs/new?entity={entity}" in page
    assert f'value="{entity}" selected' in fresh.sign_in("root").get(f"/runs/new?entity={entity}").text

    with transaction(fresh.engine) as session:
        days = Span(date(2026, 10, 1), date(2026, 11, 1))
        for entity_id in session.execute(text("SELECT id FROM legal_entity")).scalars().all():
            running.plan(session, running.RunPlan(entity_id, days, days.end, "t"))
    assert "is not billed" not in text_of(clerk.get("/today").text)


@pytest.mark.parametrize(("since", "waits"), [(date(2026, 10, 1), False), (date(2026, 11, 1), True)])
def test_a_calendar_that_bills_the_month_leaves_nothing_to_the_clerk(
    fresh: Console, since: date, *, waits: bool
) -> None:
    with transaction(fresh.engine) as session:
        for entity_id in session.execute(text("SELECT id FROM legal_entity")).scalars().all():
            set_calendar(session, entity_id, BillingCalendar(automatic=True, since=since))

    assert waits == ("is not billed" in text_of(fresh.sign_in("billing").get("/today").text))


def test_the_support_desk_is_sent_to_what_it_mends(fresh: Console) -> None:
    database_rows(fresh, "UPDATE gateway SET last_seen_at = '2026-11-20T10:00Z' RETURNING id")
    mine = text_of(fresh.sign_in("support").get("/today").text).partition("Waiting for others")[0]
    assert "offline" in mine
    assert "Review and approve" not in mine


def test_nothing_of_another_company_waits_here(console: Console) -> None:
    assert "zoe" not in console.sign_in("billing").get("/today").text.lower()


def test_customers_have_no_today_of_the_office(console: Console) -> None:
    assert 404 == console.sign_in("amina").get("/today").status_code
