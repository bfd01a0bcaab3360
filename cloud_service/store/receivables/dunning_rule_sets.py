"""The rules of reminders that companies have set for themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import DunningRules, read_rules
from cloud_service.domain.receivables.dunning_history import RulesFrom, RulesHistory
from cloud_service.store.database.bulk_rows import json_value

SETS = text(
    """
    SELECT s.id, s.legal_entity_id, s.valid_from, s.rules, s.author, s.reason, s.created_at
      FROM dunning_rule_set s
     WHERE cast(:entity AS bigint) IS NULL OR s.legal_entity_id = :entity
     ORDER BY s.legal_entity_id, s.id
    """
)
ADD = text(
    """
    INSERT INTO dunning_rule_set (legal_entity_id, valid_from, rules, author, reason)
    VALUES (:entity, :valid_from, cast(:rules AS jsonb), :author, :reason)
    RETURNING id
    """
)


@dataclass(frozen=True, slots=True)
class StoredRules:
    """One set of rules as it was kept, and by whom."""

    id: int
    entity_id: int
    valid_from: date
    rules: DunningRules
    author: str
    reason: str
    created_at: datetime


def rule_sets(session: Session, entity_id: int | None = None) -> list[StoredRules]:
    """All sets of a company, or of all of them, in the order in which they were kept."""
    return [
        StoredRules(
            row.id, row.legal_entity_id, row.valid_from, read_rules(row.rules), row.author, row.reason, row.created_at
        )
        for row in session.execute(SETS, {"entity": entity_id})
    ]


def histories(session: Session, entity_id: int | None = None) -> dict[int, RulesHistory]:
    """Which rules held when, by company; only of those that have set any."""
    return dict(_grouped(rule_sets(session, entity_id)))


def history(session: Session, entity_id: int) -> RulesHistory:
    """Which rules held when in a company."""
    return histories(session, entity_id).get(entity_id, RulesHistory())


def _grouped(sets: list[StoredRules]) -> Iterator[tuple[int, RulesHistory]]:
    for entity_id, own in groupby(sets, key=lambda each: each.entity_id):
        yield entity_id, RulesHistory(tuple(RulesFrom(each.id, each.valid_from, each.rules) for each in own))


def add(session: Session, entity_id: int, rules: DunningRules, valid_from: date, *, author: str, reason: str) -> int:
    """Keep a set of rules; its id."""
    row = {
        "entity": entity_id, "valid_from": valid_from, "author": author, "reason": reason,
        "rules": json_value(msgspec.to_builtins(rules)),
    }  # fmt: skip
    return int(session.execute(ADD, row).scalar_one())
