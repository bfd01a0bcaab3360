from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.history_fingerprint import builds_on, fingerprint
from cloud_service.domain.pricing.record_json import from_json, to_json
from cloud_service.domain.pricing.usage import History

D = Decimal
CREDIT = History(energy_credit={"net": {"": D("288")}}, money_credit={"solar": D("12.5")})


@pytest.mark.parametrize(
    "nothing",
    [
        History(),
        History(energy_credit={"net": {}}),
        History(energy_credit={"net": {"": D(0)}}, money_credit={"solar": D("0.00")}, year_to_date={"min": D(0)}),
        History(unrounded={"solar": D("0.004")}),
    ],
)
def test_what_moves_no_money_of_later_bills_is_nothing(nothing: History) -> None:
    assert "" == fingerprint(nothing)


@pytest.mark.parametrize(
    "other",
    [
        History(energy_credit={"net": {"": D("287")}}, money_credit={"solar": D("12.5")}),
        History(energy_credit={"net": {"": D("288")}}, money_credit={"solar": D("12.51")}),
        History(energy_credit={"net": {"": D("288")}}),
        History(peaks={"demand": ((date(2026, 10, 1), D(3)),)}),
        History(year_to_date={"min": D(1)}),
    ],
)
def test_another_history_has_another_fingerprint(other: History) -> None:
    assert fingerprint(CREDIT) != fingerprint(other)


def test_it_is_the_same_for_the_same_numbers_however_they_are_written_and_ordered() -> None:
    same = History(money_credit={"solar": D("12.500")}, energy_credit={"net": {"": D("288.0")}})

    assert fingerprint(CREDIT) == fingerprint(same) == fingerprint(from_json(History, to_json(CREDIT)))


def test_days_build_on_those_before_where_something_was_left_over_or_their_tariff_keeps_something() -> None:
    assert builds_on(CREDIT, History())
    assert builds_on(History(), History(energy_credit={"net": {}}))
    assert not builds_on(History(energy_credit={"net": {}}), History())
