from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.receivables.dunning import FOLDER, amount_in, dunning_rules, next_step, read_rules
from common.errors import InputError

DUE = date(2026, 3, 31)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_of_rules_loads_and_its_steps_come_one_after_the_other(path: object) -> None:
    rules = dunning_rules(path.stem)  # type: ignore[attr-defined] # a path
    days = [step.days for step in rules.steps]

    assert sorted(days) == days
    assert rules.interest is None or rules.interest.base_source
    assert rules.source


def test_a_country_without_rules_of_its_own_has_the_friendly_ones() -> None:
    assert dunning_rules("default") == dunning_rules("KE")
    assert dunning_rules("default") == dunning_rules("../..")


def test_steps_come_when_they_are_due_with_a_pause_between() -> None:
    rules = dunning_rules("default")

    assert next_step(rules, DUE, 0, None, date(2026, 4, 6)) is None
    assert (1, rules.steps[0]) == next_step(rules, DUE, 0, None, date(2026, 4, 7))
    assert next_step(rules, DUE, 1, date(2026, 4, 20), date(2026, 4, 22)) is None
    assert (2, rules.steps[1]) == next_step(rules, DUE, 1, date(2026, 4, 20), date(2026, 4, 27))
    assert next_step(rules, DUE, 3, None, date(2027, 1, 1)) is None


def test_amounts_are_by_currency() -> None:
    assert Decimal("2.50") == amount_in(dunning_rules("DE").least, "EUR")
    assert 0 == amount_in(dunning_rules("DE").least, "KES")
    assert Decimal("1.00") == amount_in(dunning_rules("KE").least, "KES")


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"steps": [{"name": "a", "days": 7}, {"name": "b", "days": 7}]}, "steps[1].days"),
        ({"steps": [{"name": " ", "days": 7}]}, "steps[0].name"),
        ({"steps": [{"name": "a", "days": 7, "fee": {"Euro": "1"}}]}, "steps[0].fee"),
        ({"steps": [{"name": "a", "days": 7, "fee": {"EUR": "-1"}}]}, "steps[0].fee"),
        ({"steps": [{"name": "a", "days": 7, "fee": {"JPY": "1.5"}}]}, "steps[0].fee"),
        ({"steps": [{"name": "a", "days": 7}], "least": {"EUR": "NaN"}}, "least"),
        ({"steps": [{"name": "a", "days": 7}], "interest": {"person": "101"}}, "interest.person"),
        ({"steps": []}, "x.toml"),
        ({"steps": [{"name": "a", "days": 0}]}, "x.toml"),
        ({"steps": [{"name": "a", "days": 7}], "wodrs": 1}, "x.toml"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_their_place(document: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as caught:
        read_rules(document, "x.toml")
    assert where == caught.value.path
