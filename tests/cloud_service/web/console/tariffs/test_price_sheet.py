from typing import Any

import pytest

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

HOME = {
    "name": "Residential 2026", "currency": "KES", "start": "2026-01-01", "utility": "electricity",
    "energy_label": "Energy", "pricing": "steps", "used": "180",
    "steps-0-end": "30", "steps-0-price": "12.22",
    "steps-1-start": "30", "steps-1-end": "100", "steps-1-price": "16.30",
    "steps-2-start": "100", "steps-2-price": "20.97",
    "items-0-label": "Fixed charge", "items-0-price": "150", "items-0-per": "month",
    "taxes-0-name": "VAT", "taxes-0-percent": "16",
}  # fmt: skip
VERSIONS = (
    "SELECT t.public_id, t.code, lower(v.during)::text AS since, v.document FROM tariff t"
    " JOIN tariff_version v ON v.tariff_id = t.id WHERE t.code = 'residential-2026' ORDER BY lower(v.during)"
)


def send(fresh: Console, do: str, where: str = "/tariffs/sheet", **changed: Any) -> Any:
    cells = {key: value for key, value in (HOME | {key: str(value) for key, value in changed.items()}).items() if value}
    return post(fresh.sign_in("billing"), where, where, do=do, **cells)


def test_the_typical_month_stands_beside_the_sheet_before_anything_is_kept(fresh: Console) -> None:
    page = send(fresh, "look")

    # 30 × 12.22 + 70 × 16.30 + 80 × 20.97 + 150 = 3,335.20; with 16 % 3,868.83
    assert (200, True) == (page.status_code, "3,868.83" in text_of(page.text))
    assert [] == database_rows(fresh, VERSIONS)


def test_a_kept_sheet_is_a_version_that_connections_can_be_billed_by(fresh: Console) -> None:
    assert 302 == send(fresh, "keep", reason="first prices").status_code

    (version,) = database_rows(fresh, VERSIONS)
    assert ("2026-01-01", "20.97") == (version.since, version.document["charges"][0]["blocks"][2]["price"])
    (audit,) = database_rows(fresh, "SELECT reason FROM audit WHERE action = 'tariff.publish'")
    assert "first prices" == audit.reason


def test_a_hole_is_named_in_its_cell_and_no_price_is_guessed(fresh: Console) -> None:
    for do, status in (("look", 200), ("keep", 422)):
        page = send(fresh, do, **{"steps-1-start": "40"})

        assert status == page.status_code
        assert "nothing covers 30 to 40 kWh" in page.text.replace("Nothing", "nothing")
        assert 'name="steps-1-start" aria-invalid="true" aria-describedby="e-steps-1-start"' in page.text
        assert "3,868.83" not in page.text
    assert [] == database_rows(fresh, VERSIONS)


def test_what_is_no_number_stays_in_its_cell_with_the_reason(fresh: Console) -> None:
    page = send(fresh, "keep", **{"items-0-price": "cheap"})

    assert 422 == page.status_code
    assert 'value="cheap"' in page.text
    assert "is not a number" in page.text


COUNTERS = {
    "pricing": "counters", "used": "100",
    "counters-0-label": "Day rate", "counters-0-counter": "import_day", "counters-0-price": "30",
    "counters-1-label": "Night rate", "counters-1-counter": "night", "counters-1-price": "15",
}  # fmt: skip


def test_the_month_of_counters_says_how_its_use_is_shared(fresh: Console) -> None:
    page = text_of(send(fresh, "look", **COUNTERS).text)

    # 70 × 30 + 30 × 15 + 150 = 2,700; with 16 % 3,132
    assert "3,132.00" in page
    assert "Counted by 70 % Day rate, 30 % Night rate." in page


def test_a_new_version_of_counters_is_compared_with_the_one_before(fresh: Console) -> None:
    assert 302 == send(fresh, "keep", **COUNTERS).status_code
    (version,) = database_rows(fresh, VERSIONS)
    assert ["import_day", "import_night"] == [row["register"] for row in version.document["charges"][:2]]
    where = f"/tariffs/{version.public_id}/sheet"
    assert 'value="import_night"' in fresh.sign_in("billing").get(where).text

    looked = text_of(send(fresh, "look", where, start="2027-01-01", **COUNTERS | {"counters-0-price": "31"}).text)
    assert "now KES 3,132.00" in looked
    assert "KES 81.20" in looked  # 70 kWh × 1.00 more, and its 16 %


def test_counters_of_an_empty_sheet_are_those_of_most_meters_and_when_to_take_them_is_said(fresh: Console) -> None:
    page = fresh.sign_in("billing").get("/tariffs/sheet").text
    assert 'value="import_day"' in page
    assert 'value="import_night"' in page
    assert "A meter with a day and a night counter that is read once a month takes" in text_of(page)


@pytest.mark.parametrize("table", ["steps", "items", "taxes"])
def test_a_row_is_added_and_taken_out_by_a_button_without_script(fresh: Console, table: str) -> None:
    rows = max(int(name.split("-")[1]) for name in HOME if name.startswith(table)) + 1
    first = next(name for name in HOME if name.startswith(f"{table}-{rows - 1}-"))
    assert f'id="c-{table}-{rows}-' in send(fresh, f"add-{table}").text

    page = send(fresh, f"drop-{table}-{rows - 1}").text
    assert f'name="{first}" value="{HOME[first]}"' not in page
    assert 'role="alert"' not in page


def test_a_name_that_is_taken_is_refused_instead_of_changing_the_other_tariff(fresh: Console) -> None:
    send(fresh, "keep")
    again = send(fresh, "keep", start="2027-01-01")

    assert 422 == again.status_code
    assert "There is a tariff residential-2026 already" in text_of(again.text)
    assert 1 == len(database_rows(fresh, VERSIONS))


def test_the_next_version_begins_with_the_rows_of_the_last_and_compares_the_month(fresh: Console) -> None:
    send(fresh, "keep")
    (version,) = database_rows(fresh, VERSIONS)
    where = f"/tariffs/{version.public_id}/sheet"
    assert 'value="20.97"' in fresh.sign_in("billing").get(where).text

    looked = text_of(send(fresh, "look", where, start="2027-01-01", **{"steps-2-price": "21.97"}).text)
    assert "now KES 3,868.83" in looked  # 80 kWh × 1.00 more, and its 16 %
    assert "KES 92.80" in looked
    assert 302 == send(fresh, "keep", where, name="Homes", start="2027-01-01").status_code
    assert ["2026-01-01", "2027-01-01"] == [row.since for row in database_rows(fresh, VERSIONS)]


def test_a_tariff_that_says_more_than_a_sheet_is_changed_as_a_document(fresh: Console) -> None:
    (row,) = database_rows(
        fresh,
        "INSERT INTO tariff (legal_entity_id, code, name, currency) SELECT id, 'min', 'Min', 'KES' FROM legal_entity"
        " LIMIT 1 RETURNING public_id",
    )
    answer = fresh.sign_in("root").get(f"/tariffs/{row.public_id}/sheet")
    assert (302, True) == (answer.status_code, answer.location.endswith("/edit"))


def test_who_only_looks_gets_no_sheet(console: Console) -> None:
    assert 404 == console.sign_in("auditor").get("/tariffs/sheet").status_code
