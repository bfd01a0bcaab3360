"""The demo as somebody meets it: its last month is billed with a few clicks, its bank file pays what is open."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import VIOLATIONS

pytestmark = [pytest.mark.processes, pytest.mark.database, pytest.mark.timeout(400)]
PROGRAM = [sys.executable, "-c", "from cloud_service.cli import main; main()", "demo"]
ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"PYTHONPATH": str(ROOT)}
CLIENTS = 8


@pytest.fixture(scope="module")
def demo() -> Iterator[Path]:
    """The data folder of a demo that runs."""
    # not tmp_path: pytest makes that private, and PostgreSQL runs as a user of its own
    with tempfile.TemporaryDirectory(prefix="energy-demo-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            PROGRAM, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert process.stdout
        while line := process.stdout.readline():
            if "Ctrl-C" in line:
                break
        assert process.poll() is None, "the demo did not start"
        yield Path(folder) / ".energy"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=90)


@pytest.fixture
def billing(demo: Path, chromium: Browser) -> Iterator[Page]:
    """The clerk of the demo, signed in as it printed."""
    sign_ins = json.loads((demo / "secrets" / "sign-in.json").read_text())
    clerk = next(person for person in sign_ins if person["role"] == "billing")
    port = json.loads((demo / "ports.json").read_text())["web"]
    context = chromium.new_context(base_url=f"http://127.0.0.1:{port}", viewport={"width": 1440, "height": 900})
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/sign-in")
    page.fill("#email", clerk["email"])
    page.fill("#password", clerk["password"])
    page.click("button[name=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    context.close()


def entry(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation").get_by_role("link", name=name, exact=True).first


def bills(page: Page, state: str) -> list[str]:
    """The numbers of the bills in a state, as the list shows them."""
    page.goto(f"/bills?status={state}&size=200")
    return page.locator("tbody a").filter(has_text=re.compile(r"^INV-\d{4}-\d{5}$")).all_inner_texts()


def run_billing(page: Page) -> None:
    entry(page, "Billing runs").click()
    page.get_by_role("link", name="Run billing").first.click()
    page.get_by_role("button", name="Rate all connections").click()


def book_the_bank_file(demo: Path, billing: Page, fresh: set[str]) -> None:
    """It pays some of the bills that were issued a moment ago and some older ones; a stranger's is left to a person."""
    paid_before = set(bills(billing, "paid"))
    entry(billing, "Payments").click()
    billing.get_by_role("link", name="Bank statement").first.click()
    billing.set_input_files("input[type=file]", demo / "example" / "bank-statement-to-try.xml")
    billing.get_by_role("button", name="Look at it").click()
    lines = billing.locator("main tbody tr")
    expect(lines.filter(has_text="J. Wanjiru")).to_contain_text("account or exact amount recognised")
    named = lines.locator("a").filter(has_text=re.compile(r"^INV-")).all_inner_texts()
    billing.get_by_role("button", name="Book these").click()

    expect(billing.get_by_text(f"{len(named)} of {lines.count()} lines are booked now.")).to_be_visible()
    assert lines.count() - 1 == len(named) >= 4
    assert set(named) == set(bills(billing, "paid")) - paid_before
    assert fresh & set(named)
    assert set(named) - fresh


def test_the_month_that_nobody_billed_is_issued_with_its_pdf_at_once_and_paid_by_the_bank_s_file(
    demo: Path, billing: Page
) -> None:
    run_billing(billing)
    billing.get_by_role("button", name=f"Approve and issue {CLIENTS} bills").click()

    expect(billing.locator("#run")).to_contain_text(f"{CLIENTS} of {CLIENTS} issued")
    expect(billing.locator("#run")).not_to_contain_text("parked")
    issued = billing.locator("#run tbody a").filter(has_text=re.compile(r"^INV-"))
    expect(issued).to_have_count(CLIENTS)
    assert [] == violations(billing)
    assert [] == billing.evaluate("window.violations")
    numbers = set(issued.all_inner_texts())
    issued.first.click()
    address = billing.get_by_role("link", name=re.compile("PDF")).first.get_attribute("href")
    assert billing.request.get(str(address)).body().startswith(b"%PDF")
    book_the_bank_file(demo, billing, numbers)


def test_the_month_that_is_not_over_says_when_it_is(billing: Page) -> None:
    entry(billing, "Billing runs").click()
    billing.get_by_role("link", name="Run billing").first.click()
    this_month = billing.locator("[name=until]").input_value()
    billing.locator("[name=from]").fill(this_month)
    billing.locator("[name=until]").fill(f"{int(this_month[:4]) + 1}-01-01")
    billing.get_by_role("button", name="Rate all connections").click()

    if this_month[-2:] == "01" and "nothing of them is over" in billing.content():
        return  # on the first day of a month
    expect(billing.get_by_text("Not over until")).to_be_visible()
    expect(billing.get_by_text("Nothing falls due in these days")).to_be_visible()
