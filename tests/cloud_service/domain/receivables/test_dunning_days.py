from datetime import date

import pytest

from cloud_service.domain.receivables.dunning import DunningRules, read_rules
from cloud_service.domain.receivables.dunning_days import interest_day, next_sending, sends_on

SATURDAY, CHRISTMAS_EVE, NEXT = date(2026, 12, 26), date(2026, 12, 24), date(2026, 12, 28)


def rules(**stated: object) -> DunningRules:
    return read_rules({"steps": [{"name": "a", "days": 7}], "sending": "itself", **stated})


def test_letters_wait_over_a_weekend_and_a_holiday() -> None:
    german = rules(working_days=True, holidays="de")

    assert [True, False, False, False, True] == [sends_on(german, date(2026, 12, day)) for day in (24, 25, 26, 27, 28)]
    assert next_sending(german, CHRISTMAS_EVE) == NEXT


def test_without_a_calendar_only_weekends_are_days_off() -> None:
    assert sends_on(rules(working_days=True), date(2026, 12, 25))
    assert not sends_on(rules(working_days=True), SATURDAY)
    assert sends_on(rules(), SATURDAY)


def test_nothing_goes_out_by_itself_where_a_person_approves() -> None:
    assert not sends_on(rules(sending="person"), NEXT)
    assert next_sending(rules(sending="person"), NEXT) is None


@pytest.mark.parametrize(("booking", "day"), [("itself", date(2026, 12, 1)), ("person", None)])
def test_interest_is_charged_by_itself_on_the_first_of_a_month(booking: str, day: date | None) -> None:
    assert day == interest_day(rules(interest={"person": "5", "fixed": True, "booking": booking}), NEXT)
    assert interest_day(rules(), NEXT) is None
