"""Which rules of reminders hold: a company's own from their day on, before them those of the client's country."""

from dataclasses import dataclass
from datetime import date

from cloud_service.domain.receivables.dunning import DunningRules, dunning_rules


@dataclass(frozen=True, slots=True)
class RulesFrom:
    """Rules that hold from a day on; without an id those of a country."""

    id: int | None
    valid_from: date
    rules: DunningRules


@dataclass(frozen=True, slots=True)
class RulesHistory:
    """All rules that a company has set, the newest word on a day last."""

    own: tuple[RulesFrom, ...] = ()

    def on(self, day: date, country: str) -> RulesFrom:
        """The rules in force on a day for a client of a country."""
        return self._until(day, country)[-1]

    def of_case(self, taken: int, rules_id: int | None, day: date, country: str) -> RulesFrom:
        """The rules of an overdue invoice: of its first step, where one was taken; else those in force."""
        return self.timeline(taken, rules_id, day, country)[-1]

    def timeline(self, taken: int, rules_id: int | None, day: date, country: str) -> list[RulesFrom]:
        """All that an invoice came under up to a day, the oldest first; the last one lasts. A case keeps its rules."""
        if not taken:
            return self._until(day, country)
        of_first_step = next((each for each in self.own if each.id == rules_id), None)
        if of_first_step is None:
            return [_of_country(country)]
        return [each for each in self._until(day, country) if each.valid_from < of_first_step.valid_from] + [
            of_first_step
        ]

    def _until(self, day: date, country: str) -> list[RulesFrom]:
        by_day = {each.valid_from: each for each in self.own if each.valid_from <= day}
        return [_of_country(country), *(by_day[start] for start in sorted(by_day))]


def _of_country(country: str) -> RulesFrom:
    return RulesFrom(None, date.min, dunning_rules(country))
