"""What runs by itself and how it is set: seen by a person and by axe."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from cloud_service.domain.receivables.dunning import read_rules
from cloud_service.domain.receivables.report_days import ReportDays
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.flow.reports.timed_report import ReportPlan, send_now, set_report
from cloud_service.store.database import job_days
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing import rate_fetching
from cloud_service.store.invoicing.rate_fetching import RateFetching
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.cloud_service.web.operator_rows import NOW

PAGES = (
    "/settings/entities/{entity}/reminders",
    "/settings/entities/{entity}/numbers",
    "/settings/entities/{entity}/rates",
    "/settings/entities/{entity}/rates/import",
    "/settings/entities/{entity}/reports",
    "/settings/entities/{entity}/reports/set",
    "/today",
    "/statements",
    "/settings/payments",
    "/accounts/{A-1}/letters",
    "/dunning",
    "/settings",
)


def some_work_was_done(site: Site) -> None:
    """Reminders went out, interest could not be charged, rates come each day."""
    rules = read_rules({"steps": [{"name": "reminder", "days": 7}], "sending": "itself"})
    with transaction(site.console.engine) as session:
        entity = session.execute(text("SELECT min(id) FROM legal_entity")).scalar_one()
        set_rules(session, entity, rules, NOW.date(), today=NOW.date(), author="t")
        rate_fetching.set_fetching(session, entity, RateFetching(automatic=True))
        plan = ReportPlan("bills", ReportDays("month", 1, working_day=True), ["office@example.org", "boss@example.org"])
        set_report(session, entity, plan, NOW.date(), author="t")
        send_now(session, entity, "bills", "month", NOW.date(), author="t")
        for job, done in (("reminders", 3), ("rates", 2)):
            job_days.begin(session, entity, job, NOW.date(), NOW)
            job_days.end(session, entity, job, NOW.date(), done)
        job_days.fail(session, entity, "interest", NOW.date(), error="no base rate is known for 2026-11-17", at=NOW)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390), ("light", 320)])
def test_no_page_of_what_runs_by_itself_breaks_a_rule(fresh_site: Site, theme: str, width: int) -> None:
    some_work_was_done(fresh_site)
    page = fresh_site.person("root", width=width, color_scheme=theme, reduced_motion="reduce")
    broken = {}
    for path in PAGES:
        page.goto(path.format(**fresh_site.console.ids))
        narrow = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if found := [*violations(page), *faults(page), *([] if narrow else ["too wide"])]:
            broken[path] = found
        if folder := os.environ.get("SHOTS"):
            name = path.rpartition("/")[2]
            page.screenshot(path=Path(folder) / f"{name}-{theme}-{width}.png", full_page=True)

    assert {} == broken


def test_rules_of_reminders_are_set_without_a_script(fresh_site: Site) -> None:
    page = fresh_site.person("root", java_script_enabled=False)
    page.goto("/settings")
    page.get_by_role("main").get_by_role("link", name="Reminders").first.click()
    page.get_by_label("Days, level 1").fill("5")
    page.get_by_label("Fee, level 2").fill("much")
    page.get_by_role("button", name="Keep the rules").click()
    page.get_by_text("is not an amount").wait_for()
    page.get_by_label("Fee, level 2").fill("250")
    page.get_by_label("Reminders go out").select_option("By itself")
    page.get_by_role("button", name="Keep the rules").click()

    page.get_by_text("The letters go out by themselves.").wait_for()
    page.get_by_text("your own").wait_for()
