"""`docs/first-day.md`, word for word: from an empty folder to twenty paid bills, by a mouse and what the page says.

What stands on the page in bold is pressed or filled in here, what stands in italics must be seen: a label that changes
turns this red until the page says the new one.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import VIOLATIONS, faults
from tests.page_script import Command, Fill, Press, See, Step, steps_of
from tests.scenarios.house import until
from tests.terminal import folder_of, left_running, said_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
PAGE = (Path(__file__).parents[2] / "docs" / "first-day.md").read_text(encoding="utf-8")
IN_THE_BROWSER = PAGE.partition("\n## On the command line")[0]
CLICKS_MAX = 60
SECONDS_MAX = 360
ALL = 20
BY_POST = 3


@dataclass
class Walk:
    """Somebody who follows the page: a terminal for each block of commands, one browser."""

    folder: Path
    context: BrowserContext
    running: ExitStack
    page: Page = field(init=False)
    clicks: int = 0
    confirmed: int = 0
    pages_seen: set[str] = field(default_factory=set)
    documents: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.add_init_script(VIOLATIONS)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.faults = []  # type: ignore[attr-defined]  # the tests' own notebook
        self.page.on("pageerror", self._note)
        self.page.on("dialog", self._confirm)

    def _note(self, error: Error) -> None:
        self.page.faults.append(str(error))  # type: ignore[attr-defined]

    def _confirm(self, dialog: Dialog) -> None:
        self.confirmed += 1
        dialog.accept()

    def do(self, step: Step) -> None:
        match step:
            case Command(lines):
                self.run(lines)
            case See(text):
                expect(self.page.locator("main")).to_contain_text(text, timeout=60_000)
            case Fill():
                self.fill(step)
            case Press("OK"):
                self.clicks += 1
                assert self.confirmed, "nothing was asked"
            case Press(label):
                self.press(label)

    def run(self, lines: str) -> None:
        process = self.running.enter_context(left_running(lines, self.folder))
        if "energy-cloud up" not in lines:
            said_until(process, "letters to")
            return
        link = said_until(process, "first administrator").partition(": ")[2]
        self.folder = folder_of(process)
        self.page.goto(link)

    def fill(self, step: Fill) -> None:
        spot = self.field(step.label)
        if step.is_file:
            self.clicks += 1
            spot.set_input_files(self.folder / step.value)
        elif spot.evaluate("element => element.tagName") == "SELECT":
            self.clicks += 1
            spot.select_option(label=step.value)
        else:
            spot.fill(step.value)

    def field(self, label: str) -> Locator:
        """The only visible field that is called so."""
        exact = self.page.get_by_label(label, exact=True).or_(self.page.get_by_label(f"{label} optional", exact=True))
        return exact.filter(visible=True)

    def press(self, label: str) -> None:
        self.clicks += 1
        spot = self.button(label)
        if label.endswith("PDF"):  # a browser shows it; here it is only looked into
            answer = self.page.request.get(spot.evaluate("link => link.href"))
            assert answer.ok
            self.documents.append(answer.body())
            return
        spot.click()
        self.page.wait_for_load_state("networkidle")
        self.look()

    def button(self, label: str) -> Locator:
        """A button or link of the page, else of the menu."""
        for where in ("main", "body"):
            spots = self.page.locator(where)
            named = spots.get_by_role("button", name=label, exact=True).or_(
                spots.get_by_role("link", name=label, exact=True)
            )
            if named.filter(visible=True).count():
                return named.filter(visible=True).first
        raise AssertionError(f"{self.page.url} has nothing that is called {label}")

    def look(self) -> None:
        """No page on the way breaks a rule of accessibility or of the content security policy."""
        self.pages_seen.add(self.page.url)
        assert [] == violations(self.page), self.page.url
        assert [] == faults(self.page), self.page.url


@pytest.fixture
def walk(chromium: Browser) -> Iterator[Walk]:
    # not tmp_path: pytest makes that private, and PostgreSQL runs as a user of its own
    with (
        tempfile.TemporaryDirectory(prefix="energy-first-day-", ignore_cleanup_errors=True) as folder,
        chromium.new_context(viewport={"width": 1280, "height": 900}) as context,
        ExitStack() as running,
    ):
        Path(folder).chmod(0o755)
        yield Walk(Path(folder), context, running)


def states(page: Page) -> list[str]:
    return page.locator("td[data-label='Status']").all_inner_texts()


def test_the_page_of_the_first_day_leads_from_an_empty_folder_to_twenty_paid_bills(walk: Walk) -> None:
    began = time.monotonic()
    for step in steps_of(IN_THE_BROWSER):
        walk.do(step)
    spent = time.monotonic() - began
    letters = list((walk.folder / "mails").glob("*.eml"))

    assert ["Paid"] * ALL == [state.strip() for state in states(walk.page)]
    until(lambda: ALL - BY_POST == len(list((walk.folder / "mails").glob("*.eml"))), "the letters are out")
    letter = message_from_bytes(letters[0].read_bytes(), policy=default)
    assert "application/pdf" in [part.get_content_type() for part in letter.walk()]
    assert [b"%PDF", b"%PDF"] == [document[:4] for document in walk.documents]
    assert walk.clicks <= CLICKS_MAX
    assert spent < SECONDS_MAX
    print(f"{walk.clicks} clicks, {len(walk.pages_seen)} pages, {spent:.0f} s")  # seen with -s
