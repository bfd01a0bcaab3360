"""A reading by hand in the browser: asked once more where it is odd or billed, kept with who and why."""

import html
import re
from datetime import UTC
from typing import Any

import pytest

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, database_value, text_of


def send(console: Console, what: str = "new", *, at_page: str = "", **fields: Any) -> Any:
    path = f"/meters/{console.ids['M-1']}/readings/{what}{at_page}"
    return post(console.sign_in("billing"), path, path, **({"reason": "yearly round"} | fields))


def entered(console: Console, value: str, day: str, **fields: Any) -> Any:
    return send(console, value=value, at=f"{day}T08:00", **fields)


def asked(answer: Any) -> str:
    found = re.search(r'name="confirmed" value="([^"]+)"', answer.text)
    assert found, text_of(answer.text)
    return html.unescape(found[1])


def test_a_reading_is_kept_at_the_time_of_the_sites_clock_with_who_and_why(fresh: Console) -> None:
    assert 302 == entered(fresh, "1,250.5", "2026-11-19").status_code

    rows = database_rows(
        fresh, "SELECT r.at, r.value, n.author, n.reason FROM reading r JOIN reading_note n ON n.id = r.sequence"
    )
    assert [("2026-11-19T05:00:00+00:00", 1_250_500, "billing@kilo.example", "yearly round")] == [
        (row.at.astimezone(UTC).isoformat(), *row[1:]) for row in rows
    ]
    seen = text_of(fresh.sign_in("billing").get(f"/meters/{fresh.ids['M-1']}").text)
    assert "19 Nov 2026, 08:00 1,250.500 By hand billing@kilo.example yearly round Correct" in seen


def test_an_odd_reading_is_asked_for_once_more_and_kept_when_confirmed(fresh: Console) -> None:
    entered(fresh, "1000", "2026-11-17")
    odd = entered(fresh, "900", "2026-11-18")

    assert "It is lower than the reading before. Before: 1,000.000 kWh, 17 Nov 2026, 08:00" in text_of(odd.text)
    assert 1 == database_value(fresh, "SELECT count(*) FROM reading")
    word = asked(odd)
    assert 200 == entered(fresh, "800", "2026-11-18", confirmed=word).status_code  # the word was of another value
    assert 302 == entered(fresh, "900", "2026-11-18", confirmed=word).status_code
    assert 2 == database_value(fresh, "SELECT count(*) FROM reading")


def test_the_bills_that_rest_on_its_days_are_named_first(fresh: Console) -> None:
    answer = entered(fresh, "1000", "2026-11-05")

    assert "Bills that rest on these days: INV-2 Amina Wanjiku" in text_of(answer.text)
    assert "INV-1" not in answer.text
    assert 302 == entered(fresh, "1000", "2026-11-05", confirmed=asked(answer)).status_code


def test_a_reading_is_corrected_and_taken_back_at_its_own_time(fresh: Console) -> None:
    entered(fresh, "1000", "2026-11-18")
    at = "?register=import&at=2026-11-18T05:00:00%2B00:00"

    assert 302 == send(fresh, "correct", at_page=at, value="1001.5", reason="misread").status_code
    seen = text_of(fresh.sign_in("billing").get(f"/meters/{fresh.ids['M-1']}").text)
    assert "1,001.500 By hand billing@kilo.example misread Correct" in seen
    assert 302 == send(fresh, "correct", at_page=at, withdrawn="yes", reason="another meter").status_code
    assert [1_000_000, 1_001_500, 0] == [
        row.value for row in database_rows(fresh, "SELECT value FROM reading ORDER BY sequence")
    ]
    again = send(fresh, "correct", at_page=at, withdrawn="yes")
    assert (422, True) == (again.status_code, "Nothing counts for" in again.text)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"value": "12,5"}, "is not a number"),
        ({"value": "1.2345"}, "more than 3 decimals"),
        ({"value": "-1"}, "does not count below zero"),
        ({"value": "5", "at": "2026-12-01T08:00"}, "lies ahead"),
        ({"value": "5", "reason": ""}, "Fill this in"),
        ({"value": ""}, "Fill this in"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(
    fresh: Console, fields: dict[str, str], fault: str
) -> None:
    answer = send(fresh, **({"at": "2026-11-19T08:00"} | fields))

    assert (422, True) == (answer.status_code, fault in text_of(html.unescape(answer.text)))
    assert 0 == database_value(fresh, "SELECT count(*) FROM reading")


def test_more_digits_than_the_meter_has_are_refused(fresh: Console) -> None:
    with fresh.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE register SET digits = 4")

    assert "more than the 4 digits" in entered(fresh, "10000", "2026-11-19").text
    assert 302 == entered(fresh, "9999.9", "2026-11-19").status_code


def test_a_meter_of_somebody_else_and_a_person_who_may_not_write_get_nothing(console: Console) -> None:
    for who, meter in (("billing", "M-3"), ("support", "M-1"), ("auditor", "M-1")):
        assert 404 == console.sign_in(who).get(f"/meters/{console.ids[meter]}/readings/new").status_code
