"""The list of gaps: whose, from when to when by the site's clock, why, and where to enter what is missing."""

from datetime import UTC, date, datetime

import pytest

from cloud_service.domain.metering.energy.gap_causes import ExplainedGap
from cloud_service.domain.metering.energy.gap_runs import GapRun
from cloud_service.domain.metering.energy.windows import register_window
from cloud_service.web.console.metering.energy_gaps import gap_row
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of

SPAN = "from=2026-11-16&to=2026-11-20"  # known from the 17th to the 19th; it is three in the afternoon of the 20th


def test_a_gap_has_its_meter_time_length_and_cause(console: Console) -> None:
    page = console.sign_in("admin").get(f"/meters/energy/gaps?{SPAN}").text

    said = text_of(page)
    assert (
        "meter-M-1 Lake House 1 , Lake House · import 20 Nov 2026, 00:00 20 Nov 2026, 15:00 15 h 0 min Never read yet"
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


@pytest.mark.parametrize(("cause", "is_open"), [("not_due", False), ("no_file", True)])
def test_days_of_a_gap_are_the_sites_and_it_ends_with_the_day_before_midnight(cause: str, *, is_open: bool) -> None:
    window = register_window(placed(timezone="Africa/Nairobi"), Span(date(2026, 3, 1), date(2026, 4, 1)))
    assert window is not None
    run = GapRun(datetime(2026, 3, 1, 21, tzinfo=UTC), datetime(2026, 3, 3, 21, tzinfo=UTC))  # two days in Nairobi

    row = gap_row(ExplainedGap(window, run, cause))

    assert (date(2026, 3, 2), date(2026, 3, 3), is_open) == (row.first_day, row.last_day, row.is_open)
