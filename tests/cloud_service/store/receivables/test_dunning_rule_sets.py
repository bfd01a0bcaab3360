from datetime import date

from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import dunning_rules, read_rules
from cloud_service.store.receivables import dunning_rule_sets
from tests.books.world import build

OWN = read_rules({"steps": [{"name": "Call", "days": 3, "fee": {"EUR": "1.50"}}], "interest": {"person": "4.5"}})


def test_a_set_comes_back_as_it_was_kept_each_company_its_own(session: Session) -> None:
    first, second = build(session).entity, build(session).entity
    for entity, rules in ((first, dunning_rules("GB")), (second, OWN), (first, OWN)):
        dunning_rule_sets.add(session, entity, rules, date(2026, 11, 20), author="t", reason="")

    histories = dunning_rule_sets.histories(session)
    assert [dunning_rules("GB"), OWN] == [each.rules for each in histories[first].own]
    assert [OWN] == [each.rules for each in dunning_rule_sets.history(session, second).own]
    assert () == dunning_rule_sets.history(session, 999).own
