"""What runs by itself and how it is set: seen by a person and by axe."""

import os
from pathlib import Path

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults

PAGES = (
    "/settings/entities/{entity}/reminders",
    "/settings/entities/{entity}/numbers",
    "/settings/entities/{entity}/rates",
    "/settings/entities/{entity}/rates/import",
    "/today",
    "/dunning",
    "/settings",
)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390), ("light", 320)])
def test_no_page_of_what_runs_by_itself_breaks_a_rule(fresh_site: Site, theme: str, width: int) -> None:
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
