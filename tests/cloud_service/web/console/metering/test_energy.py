"""The energy page: what it says of the operator's two flats, where its rows lead, and the same rows as files."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of

SPAN = "from=2026-11-17&to=2026-11-19"  # each of the three days has 24 kWh at each meter


def page_of(console: Console, query: str = SPAN, who: str = "admin", at: str = "/meters/energy") -> str:
    answer = console.sign_in(who).get(f"{at}?{query}")
    assert 200 == answer.status_code, answer.text
    return answer.text


def rows_of(console: Console, query: str) -> list[dict[str, str]]:
    text = console.sign_in("admin").get(f"/meters/energy.csv?{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_sites_show_their_energy_and_lead_to_their_meters(console: Console) -> None:
    page = page_of(console)

    assert "Lake House Electricity, 1 meter 72.0" in text_of(page)
    assert "All Electricity, 2 meters 144.0" in text_of(page)
    assert "Hof" not in text_of(page)  # of another company
    assert f"site={console.ids['site']}" in page


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("client", "Amina Wanjiku Electricity, 1 meter"),
        ("meter", "Amina Wanjiku Lake House 1 meter-M-1"),
        ("utility", "Electricity 2 meters"),
    ],
)
def test_it_is_looked_at_by_client_meter_and_utility(console: Console, by: str, name: str) -> None:
    seen = text_of(page_of(console, f"{SPAN}&by={by}"))

    assert f"{name} {'144.0' if by == 'utility' else '72.0'}" in seen


def test_a_meter_leads_to_its_page_on_the_same_days(console: Console) -> None:
    page = page_of(console, f"{SPAN}&by=meter&site={console.ids['site']}")

    assert f'href="/meters/{console.ids["M-1"]}?from=2026-11-17&amp;to=2026-11-19"' in page
    assert str(console.ids["M-2"]) not in page


def test_a_span_by_name_ends_with_yesterday_and_typed_days_give_way_to_a_name_chosen_anew(console: Console) -> None:
    assert "Nov 1" in text_of(page_of(console, "span=month")).partition("last year")[0]
    assert "Nov 17" in text_of(page_of(console, f"{SPAN}&span=month&was=month"))
    assert "Nov 17" not in text_of(page_of(console, f"{SPAN}&span=last_month&was="))


def test_what_is_missing_is_said_and_leads_to_the_gaps(console: Console) -> None:
    seen = page_of(console, "from=2026-11-17&to=2026-11-20")  # it is three in the afternoon

    assert "82.7 % measured" in text_of(seen)
    assert "1 gap" in text_of(seen)
    assert f"/meters/energy/gaps?from=2026-11-17&amp;to=2026-11-20&amp;site={console.ids['site']}" in seen
    assert "nothing whole to compare with" in text_of(seen)


@pytest.mark.parametrize(("query", "count"), [("quality=gaps", 0), ("q=house", 1), ("quality=estimated", 0), ("", 2)])
def test_quality_and_words_choose_rows(console: Console, query: str, count: int) -> None:
    assert count == len(rows_of(console, f"{SPAN}&{query}"))


def test_the_files_have_the_rows_of_the_page_with_numbers_as_numbers(console: Console) -> None:
    (house,) = rows_of(console, f"{SPAN}&q=house")
    assert ("Lake House", "72.000", "100.0", "") == (
        house["Site"], house["ENERGY kWh, 2026-11-17 – 2026-11-19"], house["Complete %"],
        house["ENERGY kWh, 2026-11-14 – 2026-11-16"],
    )  # fmt: skip

    answer = console.sign_in("admin").get(f"/meters/energy.xlsx?{SPAN}&by=meter")
    head, first, *_others = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    row = dict(zip(head, first, strict=True))
    assert ("TENANT NAME" in row, 72) == (True, row["ENERGY kWh, 2026-11-17 – 2026-11-19"])


def test_days_before_the_first_reading_say_since_when_there_are_some(console: Console) -> None:
    page = page_of(console, "span=last_month&by=meter")

    assert "Nothing was read in these days The first reading here is of 17 Nov 2026." in text_of(page)
    assert "by=meter&amp;from=2026-11-17&amp;to=2026-11-17" in page


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("from=2026-11-19&to=2026-11-17", "the last day lies before the first one"),
        ("by=planet", "planet"),
        ("span=decade", "decade"),
        ("from=2020-01-01&to=2026-01-01", "too many"),
        ("from=yesterday", "is not a day"),
        ("site=3fa85f64-5717-4562-b3fc-2c963f66afa6", "there is no site"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_words(console: Console, query: str, word: str) -> None:
    answer = console.sign_in("admin").get(f"/meters/energy?{query}")

    assert answer.status_code in {400, 404, 422}
    assert word in text_of(answer.text)


def test_an_auditor_may_look_and_is_offered_no_upload(console: Console) -> None:
    assert "Upload readings" not in page_of(console, who="auditor")


def test_the_list_of_meters_leads_to_it_and_back(console: Console) -> None:
    assert 'href="/meters/energy"' in page_of(console, "", at="/meters")
    assert 'href="/meters"' in page_of(console)
