from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import dunning_rules, read_rules
from cloud_service.store.receivables import dunning_rule_sets
from cloud_service.store.receivables.dunned_companies import DunnedCompany, dunned_companies
from tests.books.world import build

OWN = read_rules({"steps": [{"name": "Call", "days": 3}]})
FROM = date(2026, 11, 20)


def test_only_companies_with_rules_of_their_own_are_named_with_those_of_their_own_day(session: Session) -> None:
    entity = build(session, zone="Europe/Berlin").entity
    assert [] == dunned_companies(session, datetime(2026, 11, 20, tzinfo=UTC))
    dunning_rule_sets.add(session, entity, OWN, FROM, author="t", reason="")

    (still,) = dunned_companies(session, datetime(2026, 11, 19, 22, 59, tzinfo=UTC))  # 23:59 in Berlin
    assert dunning_rules("DE") == still.rules
    assert [DunnedCompany(entity, "Europe/Berlin", OWN, FROM)] == dunned_companies(
        session, datetime(2026, 11, 19, 23, tzinfo=UTC)
    )
