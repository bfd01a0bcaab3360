from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import dunning_rules, read_rules
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.store.receivables import dunning_rule_sets
from common.errors import InputError
from tests.books.world import build

TODAY = date(2026, 11, 20)
OWN = read_rules({"steps": [{"name": "Call", "days": 3}]})


def test_rules_are_kept_as_they_are_said_and_audited(session: Session) -> None:
    world = build(session)
    set_rules(session, world.entity, dunning_rules("DE"), TODAY, today=TODAY, author="boss", reason="new lawyer")

    (kept,) = dunning_rule_sets.rule_sets(session, world.entity)
    assert (dunning_rules("DE"), "boss", "new lawyer") == (kept.rules, kept.author, kept.reason)
    assert (
        "new lawyer" == session.execute(text("SELECT reason FROM audit WHERE action = 'entity.dunning_rules'")).scalar()
    )


def test_rules_never_count_from_a_day_that_has_passed(session: Session) -> None:
    world = build(session)
    with pytest.raises(InputError, match="has passed") as caught:
        set_rules(session, world.entity, OWN, date(2026, 11, 19), today=TODAY, author="t")

    assert "valid_from" == caught.value.path
    assert [] == dunning_rule_sets.rule_sets(session)


def test_the_database_itself_refuses_to_change_what_was_kept(session: Session) -> None:
    world = build(session)
    set_rules(session, world.entity, OWN, TODAY, today=TODAY, author="t")
    with pytest.raises(ProgrammingError):
        session.execute(text("UPDATE dunning_rule_set SET author = 'somebody else'"))
