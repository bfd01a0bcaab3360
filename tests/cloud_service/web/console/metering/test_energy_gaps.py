"""The list of gaps: whose, from when to when by the site's clock, why, and where to enter what is missing."""

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of

SPAN = "from=2026-11-16&to=2026-11-19"  # nothing is known of the 16th


def test_a_gap_has_its_meter_time_length_and_cause(console: Console) -> None:
    page = console.sign_in("admin").get(f"/meters/energy/gaps?{SPAN}").text

    said = text_of(page)
    assert (
        "meter-M-1 Lake House 1 , Lake House · import 16 Nov 2026, 00:00 17 Nov 2026, 00:00 24 h 0 min Never read yet"
        in said
    )
    assert "2 gaps" in said
    assert f'href="/meters/{console.ids["M-1"]}/readings/new?register=import"' in page
    assert "meter-M-3" not in said  # of another company


def test_of_one_site_only_its_own_are_listed(console: Console) -> None:
    said = text_of(console.sign_in("admin").get(f"/meters/energy/gaps?{SPAN}&site={console.ids['site']}").text)

    assert ("meter-M-1" in said, "meter-M-2" in said) == (True, False)


def test_where_nothing_is_missing_it_says_so(console: Console) -> None:
    said = text_of(console.sign_in("auditor").get("/meters/energy/gaps?from=2026-11-17&to=2026-11-19").text)

    assert "Nothing is missing in these days" in said
    assert "Enter a reading" not in said
