"""The companies that have rules of reminders of their own, with what of them runs by itself today."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.dunning import DunningRules
from cloud_service.store.receivables.dunning_rule_sets import histories
from common.period import local_day

COMPANIES = text("SELECT id, timezone, country FROM legal_entity ORDER BY id")


@dataclass(frozen=True, slots=True)
class DunnedCompany:
    """A company, the zone of its days, and the rules in force today."""

    entity_id: int
    timezone: str
    rules: DunningRules
    valid_from: date


def dunned_companies(session: Session, now: datetime) -> list[DunnedCompany]:
    """Every company that has set rules; others send by hand."""
    own = histories(session)
    companies = []
    for row in session.execute(COMPANIES):
        if row.id in own:
            today = own[row.id].on(local_day(now, row.timezone), row.country)
            companies.append(DunnedCompany(row.id, row.timezone, today.rules, today.valid_from))
    return companies
