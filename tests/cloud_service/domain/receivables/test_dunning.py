from datetime import date, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.dunning import (
    FOLDER,
    BaseRate,
    OverdueSpan,
    dunning_rules,
    from_day_on,
    interest,
    next_step,
    overdue_spans,
    with_base_rates,
)
from common.errors import InputError
from common.period import add_months

DUE = date(2026, 3, 31)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_of_rules_loads_and_its_steps_come_one_after_the_other(path: object) -> None:
    rules = dunning_rules(path.stem)  # type: ignore[attr-defined] # a path
    days = [step.days for step in rules.steps]

    assert sorted(days) == days
    assert rules.interest is None or rules.interest.base_source


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


def test_what_was_open_is_cut_where_it_was_paid() -> None:
    found = overdue_spans(DUE, Decimal(100), [(date(2026, 4, 11), Decimal(40))], date(2026, 5, 1))

    assert [
        OverdueSpan(date(2026, 4, 1), date(2026, 4, 11), Decimal(100)),
        OverdueSpan(date(2026, 4, 11), date(2026, 5, 1), Decimal(60)),
    ] == found
    assert [OverdueSpan(date(2026, 4, 20), date(2026, 5, 1), Decimal(60))] == from_day_on(found, date(2026, 4, 20))


def test_what_was_paid_before_the_due_date_bears_nothing() -> None:
    assert [] == overdue_spans(DUE, Decimal(100), [(date(2026, 3, 1), Decimal(100))], date(2026, 5, 1))


def test_german_companies_pay_nine_points_above_a_base_rate_that_changes() -> None:
    rule = dunning_rules("DE").interest
    assert rule is not None
    stretch = OverdueSpan(date(2025, 6, 21), date(2025, 7, 11), Decimal(10000))
    parts, amount = interest(rule, "company", "EUR", [stretch])

    # 10 days at 11.27 % and 10 at 10.27 %: 30.877 + 28.137 = 59.014
    assert [Decimal("11.27"), Decimal("10.27")] == [part.percent for part in parts]
    assert Decimal("59.01") == amount


def test_a_day_before_the_first_known_base_rate_is_refused() -> None:
    rule = dunning_rules("DE").interest
    assert rule is not None
    with pytest.raises(InputError, match="no base rate"):
        interest(rule, "person", "EUR", [OverdueSpan(date(2020, 1, 1), date(2020, 1, 2), Decimal(1))])


def test_a_base_rate_that_was_not_renewed_is_not_used_for_later_days() -> None:
    rule = dunning_rules("DE").interest
    assert rule is not None
    last = add_months(rule.base[-1].start, rule.base_months)
    known = OverdueSpan(last - timedelta(days=10), last, Decimal(1000))
    beyond = OverdueSpan(last - timedelta(days=10), last + timedelta(days=1), Decimal(1000))

    assert interest(rule, "person", "EUR", [known])[1] > 0
    with pytest.raises(InputError, match=f"no base rate is known for {last}") as caught:
        interest(rule, "person", "EUR", [beyond])
    assert "Bundesbank" in (caught.value.hint or "")
    renewed = with_base_rates(rule, [BaseRate(start=last, percent=Decimal("1.77"))])
    assert [Decimal("6.27"), Decimal("6.77")] == [
        part.percent for part in interest(renewed, "person", "EUR", [beyond])[0]
    ]


@pytest.mark.parametrize("country", ["DE", "GB"])
def test_the_base_rates_of_a_country_leave_out_no_half_year(country: str) -> None:
    rule = dunning_rules(country).interest
    assert rule is not None
    starts = [one.start for one in rule.base]

    assert starts == [add_months(starts[0], n * rule.base_months) for n in range(len(starts))]


def test_british_consumers_owe_no_statutory_interest() -> None:
    rule = dunning_rules("GB").interest
    assert rule is not None

    assert ([], Decimal(0)) == interest(rule, "person", "GBP", [OverdueSpan(DUE, date(2026, 5, 1), Decimal(1))])
