"""Gaps estimated in the browser: looked at by rule, kept with a reason, billed days named, withdrawn again."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.flow.validate import validate_dirty
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_rows, database_value, text_of

DAYS = "from=2026-08-01&to=2026-08-31"


def read(console: Console, day: int, value: str, hour: int = 0) -> None:
    at = datetime(2026, 8, day, hour, tzinfo=UTC)
    enter(console.engine, ManualReading("meter-M-1", "import", at, Decimal(value), "Ada", "read"), NOW)


@pytest.fixture
def read_until_the_tenth(fresh: Console) -> Console:
    """An index at the end of July (UTC) and one of the tenth of August, a hundred kilowatt hours later."""
    read(fresh, 1, "1000")
    read(fresh, 11, "1100")
    while validate_dirty(fresh.engine).days:
        pass
    return fresh


def address(console: Console, days: str = DAYS) -> str:
    return f"/meters/{console.ids['M-1']}/estimate?{days}"


def sent(console: Console, *, who: str = "billing", days: str = DAYS, **fields: Any) -> Any:
    """The form with its one gap filled in; `rule`, `total`, `take`, `billed` are of that gap."""
    client, path = console.sign_in(who), address(console, days)
    keys = re.findall(r'name="rule-([\d-]+)"', client.get(path).text)
    key = keys[-1]
    names = {name: f"{name}-{key}" for name in ("rule", "total", "take", "billed")}
    given = {"take": "yes", "reason": "nobody at home"} | fields
    return post(client, path, path, **{str(names.get(name, name)): value for name, value in given.items()})


def test_a_gap_shows_what_each_rule_says_and_the_days_around(read_until_the_tenth: Console) -> None:
    page = read_until_the_tenth.sign_in("billing").get(address(read_until_the_tenth)).text
    seen = text_of(page)

    assert "11 Aug 2026, 03:00 – 1 Sep 2026, 00:00" in seen
    assert "Last index before: 1,100.000 kWh. K-1 : Amina Wanjiku" in seen
    assert "Average of the last known days 10.00 kWh a day, the average of 9 known days" in seen
    assert "208.750 kWh" in seen  # 20 days and 21 hours
    assert "2026-08-31: 10.000 kWh, estimated" in page
    assert "2026-08-10: 10.000 kWh<" in page


def test_an_estimate_is_kept_with_who_why_and_rule_and_the_page_lists_it(read_until_the_tenth: Console) -> None:
    assert 302 == sent(read_until_the_tenth).status_code
    while validate_dirty(read_until_the_tenth.engine).days:
        pass

    rows = database_rows(
        read_until_the_tenth,
        "SELECT rule, total, confirmed_by, reason FROM gap_estimate e JOIN import_file f ON f.id = import_file_id",
    )
    assert [("daily_average", 208_750, "billing@kilo.example", "nobody at home")] == [tuple(row) for row in rows]
    seen = text_of(read_until_the_tenth.sign_in("billing").get(address(read_until_the_tenth)).text)
    assert "208.750 kWh Average of the last known days billing@kilo.example" in seen
    assert "Counts Withdraw" in seen


def test_another_energy_is_looked_at_before_it_is_kept(read_until_the_tenth: Console) -> None:
    looked = sent(read_until_the_tenth, total="150", look="yes", reason="")

    assert (200, True) == (looked.status_code, "By day: 150.000 kWh" in text_of(looked.text))
    assert 0 == database_value(read_until_the_tenth, "SELECT count(*) FROM gap_estimate")
    assert 302 == sent(read_until_the_tenth, rule="stated", total="150").status_code
    assert "stated" == database_value(read_until_the_tenth, "SELECT rule FROM gap_estimate")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"total": "12,5"}, "is not a number"),
        ({"total": "-1"}, "does not count below zero"),
        ({"rule": "stated"}, "State the energy of the gap"),
        ({"total": "9000000"}, "more than the meter can count"),
        ({"reason": ""}, "Fill this in"),
        ({"take": ""}, "No gap is chosen"),
        ({"rule-1-0-1": "stated"}, "The gaps have changed meanwhile"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(
    read_until_the_tenth: Console, fields: dict[str, str], fault: str
) -> None:
    answer = sent(read_until_the_tenth, **fields)

    assert (422, True) == (answer.status_code, fault.lower() in text_of(answer.text).lower())
    assert 0 == database_value(read_until_the_tenth, "SELECT count(*) FROM gap_estimate")


def test_billed_days_are_named_and_asked_for(fresh: Console) -> None:
    enter(
        fresh.engine,
        ManualReading("meter-M-1", "import", datetime(2026, 10, 1, tzinfo=UTC), Decimal(5), "A", "read"),
        NOW,
    )
    october = {"days": "from=2026-10-01&to=2026-11-10", "rule": "stated", "total": "100"}

    refused = sent(fresh, **october)

    assert "Bills that rest on these days: INV-2 Amina Wanjiku" in text_of(refused.text)
    assert (422, True) == (refused.status_code, "Bills rest on these days" in text_of(refused.text))
    assert 302 == sent(fresh, billed="yes", **october).status_code
    (estimate,) = database_rows(fresh, "SELECT import_file_id AS id FROM gap_estimate")
    gone = post(
        fresh.sign_in("billing"),
        f"/estimates/{estimate.id}/withdraw",
        f"/estimates/{estimate.id}/withdraw",
        reason="no",
    )
    assert 302 == gone.status_code
    assert "no" == database_value(fresh, "SELECT undone_reason FROM import_file")


def test_the_place_of_a_connection_has_the_same_page_and_leads_back(read_until_the_tenth: Console) -> None:
    client = read_until_the_tenth.sign_in("billing")
    path = f"/connections/{read_until_the_tenth.ids['K-1']}/estimate?{DAYS}"
    key = re.findall(r'name="rule-([\d-]+)"', client.get(path).text)[-1]

    answer = post(client, path, path, **{f"take-{key}": "yes", f"rule-{key}": "daily_average", "reason": "x"})

    assert (302, f"/connections/{read_until_the_tenth.ids['K-1']}") == (answer.status_code, answer.location)


def test_strangers_and_readers_estimate_nothing(read_until_the_tenth: Console) -> None:
    assert 404 == read_until_the_tenth.sign_in("auditor").get(address(read_until_the_tenth)).status_code
    sent(read_until_the_tenth)
    estimate = database_value(read_until_the_tenth, "SELECT import_file_id FROM gap_estimate")
    hof = f"/meters/{read_until_the_tenth.ids['M-3']}/estimate"
    assert 404 == read_until_the_tenth.sign_in("billing").get(hof).status_code
    assert 404 == read_until_the_tenth.sign_in("billing").get(f"/estimates/{estimate + 1}/withdraw").status_code


def test_a_page_shows_so_many_gaps_and_says_that_more_follow(
    read_until_the_tenth: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(read_until_the_tenth, 20, "1190")
    clerk = read_until_the_tenth.sign_in("billing")
    all_of_them = clerk.get(address(read_until_the_tenth)).text
    monkeypatch.setattr("cloud_service.web.console.metering.estimates.GAPS_SHOWN", 1)
    first = clerk.get(address(read_until_the_tenth)).text

    assert 1 < len(set(re.findall(r'name="rule-([\d-]+)"', all_of_them)))
    assert "These are the first gaps" not in all_of_them
    assert 1 == len(set(re.findall(r'name="rule-([\d-]+)"', first)))
    assert "These are the first gaps of these days" in first
