import re
from datetime import timedelta
from typing import Any

from cloud_service.domain.receivables.dunning import read_rules
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_rows, text_of

SETS = "SELECT rules, valid_from::text, reason FROM dunning_rule_set ORDER BY id"
TODAY = NOW.date().isoformat()
TYPED = {
    "valid_from": TODAY, "sending": "itself", "pause_days": "7", "least": "5; EUR 2.50", "holidays": "",
    "working_days": "yes", "level-1-name": "Friendly word", "level-1-days": "4", "level-1-fee": "",
    "level-1-wording": "reminder", "level-3-name": "Last word", "level-3-days": "20",
    "level-3-fee": "KES 300; EUR 2.50", "level-3-wording": "final", "charged": "fixed", "person": "12",
    "company": "14.5", "base_country": "", "base_source": "", "after_days": "3", "year": "360", "booking": "itself",
    "interest_least": "10", "lump_sum": "", "reason": "new lawyer",
}  # fmt: skip


def where_of(console: Console) -> str:
    return f"/settings/entities/{console.ids['entity']}/reminders"


def keep(console: Console, **changed: str) -> Any:
    where = where_of(console)
    return post(console.sign_in("admin"), where, where, **TYPED | changed)


def test_the_page_begins_with_what_holds_for_the_country_and_says_where_it_is_from(console: Console) -> None:
    page = console.sign_in("admin").get(where_of(console)).text

    assert "for countries whose rules it does not know" in text_of(page)
    assert 'value="second reminder"' in page


def test_rules_that_were_typed_are_kept_as_meant(fresh: Console) -> None:
    assert 302 == keep(fresh).status_code

    ((rules, valid_from, reason),) = database_rows(fresh, SETS)
    assert (TODAY, "new lawyer") == (valid_from, reason)
    assert [("Friendly word", 4, {}), ("Last word", 20, {"KES": "300", "EUR": "2.50"})] == [
        (step["name"], step["days"], step["fee"]) for step in rules["steps"]
    ]
    assert {"KES": "5", "EUR": "2.50"} == rules["least"]
    assert ("12", "14.5", True, "360", {"KES": "10"}) == tuple(
        rules["interest"][key] for key in ("person", "company", "fixed", "year", "least")
    )
    page = text_of(fresh.sign_in("admin").get(where_of(fresh)).text)
    assert "The letters go out by themselves" in page
    assert "new lawyer" in page


def test_what_is_shown_can_be_kept_again_and_means_the_same(fresh: Console) -> None:
    keep(fresh)
    page = fresh.sign_in("admin").get(where_of(fresh)).text
    shown = {
        key: re.findall(
            r'value="([^"]*)"', next(tag for tag in re.findall("<input[^>]*>", page) if f'name="{key}"' in tag)
        )[0]
        for key in ("least", "level-1-fee", "level-2-fee", "interest_least", "pause_days", "person", "company")
    }
    assert 302 == keep(fresh, **shown | {"level-3-name": "", "level-3-days": "", "level-2-name": "Last word",
                                         "level-2-days": "20", "level-2-wording": "final"}).status_code  # fmt: skip

    (first,), (second,) = database_rows(fresh, "SELECT rules FROM dunning_rule_set ORDER BY id")
    assert read_rules(first) == read_rules(second)


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(fresh: Console) -> None:
    for changed, key in (
        ({"level-3-days": "4"}, "level-3-days"),
        ({"level-3-days": ""}, "level-3-days"),
        ({"level-1-fee": "much"}, "level-1-fee"),
        ({"level-1-fee": "EUR 1; EUR 2"}, "level-1-fee"),
        ({"level-1-fee": "EURO 1"}, "level-1-fee"),
        ({"level-1-name": ""}, "level-1-name"),
        ({"person": "101"}, "person"),
        ({"least": "KES 1.234"}, "least"),
        ({"valid_from": (NOW.date() - timedelta(days=1)).isoformat()}, "valid_from"),
        ({"level-1-days": "", "level-3-days": "", "level-1-name": "", "level-3-name": ""}, "level-1-days"),
    ):
        answer = keep(fresh, **changed)
        assert (422, True) == (answer.status_code, f'id="e-{key}"' in answer.text), changed
    assert [] == database_rows(fresh, SETS)


def test_a_base_rate_is_entered_where_the_rules_go_by_one(fresh: Console) -> None:
    keep(fresh, charged="base", person="3", base_country="KE", base_source="Central Bank of Kenya")
    where = f"/settings/entities/{fresh.ids['entity']}/base-rate"
    assert "Central Bank of Kenya" in fresh.sign_in("admin").get(where).text
    assert 302 == post(fresh.sign_in("admin"), where, where, start="2026-07-01", percent="9.75").status_code

    assert "9.75" in text_of(fresh.sign_in("admin").get(where_of(fresh)).text)


def test_only_who_manages_sets_rules(console: Console) -> None:
    assert 404 == console.sign_in("billing").get(where_of(console)).status_code
    assert 404 == console.sign_in("billing").get(where_of(console).replace("reminders", "base-rate")).status_code
