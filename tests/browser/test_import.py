"""Many at once, in a browser: choose a sheet, mend a cell, import, take it back."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults

FLATS = (
    "Mieter;Wohnung;Objekt;Einzug;E-Mail;Zähler Strom;Stand;Tarif;Miete kalt\n"
    "Petersen, Jörg;Haus A, EG links;Hafenhof;01.11.2026;j.petersen@web.example;1EMH0012840311;10.482,3;T-K-1;780,00\n"
    "Yıldız, Emine;Haus B, 2. OG links;Hafenhof;01.11.2026;e.yildiz@post.example;1EMH0012840312;7.930,1;T-K-1;845,00\n"
    "Schulz, Mia;Haus B, 3. OG;Hafenhof;15.11.2026;m.schulz@@mail.example;1EMH0012840318;−1.204,5;T-K-1;810,00\n"
)


def picture(page: Page, name: str) -> None:
    """For somebody who wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_sheet_is_mended_imported_and_taken_back(fresh_site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "Mieter Hafenhof.csv"
    sheet.write_text(FLATS)
    page = fresh_site.person("admin")
    page.goto("/imports")
    page.get_by_label("Sheet", exact=True).set_input_files(sheet)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("2 ready, 0 there already, 1 to look at")).to_be_visible()
    picture(page, "import-check")
    assert [] == violations(page)

    page.get_by_role("button", name="Take what I wrote").click()
    expect(page.get_by_text("Every row can be taken.")).to_be_visible()
    picture(page, "import-ready")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("3 rows are imported.")).to_be_visible()
    picture(page, "import-done")
    assert [] == violations(page)

    page.get_by_role("button", name="Undo 3 rows of Mieter Hafenhof.csv").click()
    expect(page.get_by_text("all that it made is gone")).to_be_visible()
    assert [] == faults(page)


def test_the_page_of_a_sheet_works_on_a_phone(fresh_site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "Mieter Hafenhof.csv"
    sheet.write_text(FLATS)
    page = fresh_site.person("admin", width=390, height=800, color_scheme="dark")
    page.goto("/imports")
    page.get_by_label("Sheet", exact=True).set_input_files(sheet)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("2 ready, 0 there already, 1 to look at")).to_be_visible()
    picture(page, "import-phone-dark")
    assert [] == violations(page)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [] == faults(page)
