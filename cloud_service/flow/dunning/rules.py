"""A company's own rules of reminders and interest; running cases keep those they began with."""

from datetime import date

import msgspec

from cloud_service.domain.receivables.dunning import DunningRules, check
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import dunning_rule_sets
from common.errors import InputError


def set_rules(
    session: Session,
    entity_id: int,
    rules: DunningRules,
    valid_from: date,
    *,
    today: date,
    author: str,
    reason: str = "",
) -> int:
    """Let rules count from a day on, today or later; the id of the set."""
    if valid_from < today:
        raise InputError(
            f"{valid_from} has passed", path="valid_from", hint=f"rules count from today ({today}) or a later day"
        )
    check(rules)
    set_id = dunning_rule_sets.add(session, entity_id, rules, valid_from, author=author, reason=reason)
    log.note(
        session, author, "entity.dunning_rules", f"legal_entity:{entity_id}", reason=reason,
        valid_from=valid_from.isoformat(), rules=msgspec.to_builtins(rules),
    )  # fmt: skip
    return set_id
