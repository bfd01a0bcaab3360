from datetime import date, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.dunning import BaseRate, dunning_rules, read_rules, with_base_rates
from cloud_service.domain.receivables.late_interest import OverdueSpan, between, interest, overdue_spans, rounded_sum
from common.errors import InputError
from common.period import add_months

DUE = date(2026, 3, 31)


def test_what_was_open_is_cut_where_it_was_paid() -> None:
    found = overdue_spans(DUE, Decimal(100), [(date(2026, 4, 11), Decimal(40))], date(2026, 5, 1))

    assert [
        OverdueSpan(date(2026, 4, 1), date(2026, 4, 11), Decimal(100)),
        OverdueSpan(date(2026, 4, 11), date(2026, 5, 1), Decimal(60)),
    ] == found
    assert [OverdueSpan(date(2026, 4, 20), date(2026, 5, 1), Decimal(60))] == between(found, date(2026, 4, 20))


def test_what_was_paid_before_the_due_date_bears_nothing() -> None:
    assert [] == overdue_spans(DUE, Decimal(100), [(date(2026, 3, 1), Decimal(100))], date(2026, 5, 1))


def test_german_companies_pay_nine_points_above_a_base_rate_that_changes() -> None:
    rule = dunning_rules("DE").interest
    assert rule is not None
    stretch = OverdueSpan(date(2025, 6, 21), date(2025, 7, 11), Decimal(10000))
    parts = interest(rule, "company", [stretch])

    # 10 days at 11.27 % and 10 at 10.27 %: 30.877 + 28.137 = 59.014
    assert [Decimal("11.27"), Decimal("10.27")] == [part.percent for part in parts]
    assert Decimal("59.01") == rounded_sum(parts, "EUR")


def test_a_day_before_the_first_known_base_rate_is_refused() -> None:
    rule = dunning_rules("DE").interest
    assert rule is not None
    with pytest.raises(InputError, match="no base rate"):
        interest(rule, "person", [OverdueSpan(date(2020, 1, 1), date(2020, 1, 2), Decimal(1))])


def test_a_base_rate_that_was_not_renewed_is_not_used_for_later_days() -> None:
    rule = dunning_rules("DE").interest
    assert rule is not None
    last = add_months(rule.base[-1].start, rule.base_months)
    known = OverdueSpan(last - timedelta(days=10), last, Decimal(1000))
    beyond = OverdueSpan(last - timedelta(days=10), last + timedelta(days=1), Decimal(1000))

    assert rounded_sum(interest(rule, "person", [known]), "EUR") > 0
    with pytest.raises(InputError, match=f"no base rate is known for {last}") as caught:
        interest(rule, "person", [beyond])
    assert "Bundesbank" in (caught.value.hint or "")
    renewed = with_base_rates(rule, [BaseRate(start=last, percent=Decimal("1.77"))])
    assert [Decimal("6.27"), Decimal("6.77")] == [part.percent for part in interest(renewed, "person", [beyond])]


@pytest.mark.parametrize("country", ["DE", "GB"])
def test_the_base_rates_of_a_country_leave_out_no_half_year(country: str) -> None:
    rule = dunning_rules(country).interest
    assert rule is not None
    starts = [one.start for one in rule.base]

    assert starts == [add_months(starts[0], n * rule.base_months) for n in range(len(starts))]


def test_british_consumers_owe_no_statutory_interest() -> None:
    rule = dunning_rules("GB").interest
    assert rule is not None

    assert [] == interest(rule, "person", [OverdueSpan(DUE, date(2026, 5, 1), Decimal(1))])


@pytest.mark.parametrize(("year", "amount"), [("365", "12.93"), ("360", "13.11"), ("actual", "12.91")])
def test_a_fixed_percentage_is_counted_by_the_days_of_the_rule_s_year(year: str, amount: str) -> None:
    rule = read_rules({"steps": [{"name": "a", "days": 1}], "interest": {"person": "8", "fixed": True, "year": year}})
    assert rule.interest is not None
    over_new_year = OverdueSpan(date(2027, 12, 2), date(2028, 1, 30), Decimal(1000))

    # 59 days, 30 of 2027 with 365 days and 29 of 2028 with 366: 1000 × 8 % × (30/365 + 29/366) = 12.914
    assert Decimal(amount) == rounded_sum(interest(rule.interest, "person", [over_new_year]), "EUR")
