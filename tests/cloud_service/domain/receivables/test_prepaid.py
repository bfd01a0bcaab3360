from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud_service.domain.receivables.prepaid import (
    PrepaidPosition,
    PrepaidTerms,
    days_left,
    decide,
    prepaid_terms,
    why_wait,
)
from common.errors import InputError

D = Decimal
BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY_NOON = datetime(2026, 11, 17, 12, 0, tzinfo=BERLIN)
TERMS = PrepaidTerms(emergency_credit=D(10), reconnect_above=D(5))


def position(balance: str, **changes: Any) -> PrepaidPosition:
    """An account in order that uses 2 a day, on a Tuesday at noon in Germany, after its balance went down."""
    usual = PrepaidPosition(
        balance=D(balance), a_day=D(2), local=TUESDAY_NOON, holiday_calendar="de", protected=False, state="ok",
        before=D(1000),
    )  # fmt: skip
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("balance", "state"),
    [("10.00", "ok"), ("9.98", "low"), ("3.98", "critical"), ("0", "emergency"), ("-9.99", "emergency")],
)
def test_each_crossing_is_warned_of_once(balance: str, state: Any) -> None:
    decision = decide(position(balance), TERMS)

    assert (state, None if state == "ok" else state, None) == (decision.state, decision.warn, decision.command)
    assert decide(position(balance, state=state), TERMS).warn is None


def test_supply_is_cut_when_the_emergency_credit_is_used_up() -> None:
    decision = decide(position("-10.00", state="emergency"), TERMS)

    assert ("disconnected", "disconnected", "disconnect", D(10)) == (
        decision.state, decision.warn, decision.command, decision.emergency,
    )  # fmt: skip


def test_without_emergency_credit_supply_is_cut_at_zero() -> None:
    assert "disconnect" == decide(position("0"), PrepaidTerms()).command


def test_supply_comes_back_above_the_balance_that_was_agreed_and_not_at_it() -> None:
    assert decide(position("5.00", state="disconnected"), TERMS).command is None
    assert "reconnect" == decide(position("5.01", state="disconnected"), TERMS).command


def test_a_state_does_not_get_better_while_the_balance_falls() -> None:
    calmer = position("9.00", a_day=D(1), state="low", before=D("9.50"))

    assert ("low", None) == (decide(calmer, TERMS).state, decide(calmer, TERMS).warn)
    assert "ok" == decide(replace(calmer, before=D("8.00")), TERMS).state


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"protected": True}, "protected customer"),
        ({"local": TUESDAY_NOON.replace(hour=9, minute=59)}, "cut only from 10:00 to 15:00"),
        ({"local": TUESDAY_NOON.replace(hour=15)}, "cut only from 10:00 to 15:00"),
        ({"local": TUESDAY_NOON.replace(day=21)}, "weekend or holiday"),
        ({"local": TUESDAY_NOON.replace(day=20)}, "the day before a weekend"),
        ({"local": datetime(2026, 12, 24, 12, tzinfo=BERLIN)}, "the day before a weekend or holiday"),
    ],
    ids=["protected", "morning", "afternoon", "Saturday", "Friday", "Christmas Eve"],
)
def test_nobody_is_cut_who_is_protected_nor_in_friendly_hours(changes: dict[str, Any], reason: str) -> None:
    decision = decide(position("-10.00", state="emergency", **changes), TERMS)

    assert ("empty", "empty", None) == (decision.state, decision.warn, decision.command)
    assert reason in decision.waits
    assert "" == why_wait(position("-10.00"), TERMS)


def test_nobody_is_cut_where_it_is_not_known_what_was_used() -> None:
    decision = decide(position("-10.00", state="emergency", unknown="V1: no tariff"), TERMS)

    assert ("empty", None, "V1: no tariff") == (decision.state, decision.command, decision.waits)


def test_days_left_are_rounded_to_hundredths_bounded_and_unknown_without_use() -> None:
    assert D("3.33") == days_left(D(10), D(3))
    assert D(0) == days_left(D(-1), D(3))
    assert D(9999) == days_left(D(10**6), D("0.01"))
    assert days_left(D(10), D(0)) is None


def test_an_accounts_settings_change_the_terms() -> None:
    assert PrepaidTerms() == prepaid_terms({})
    assert PrepaidTerms(low_days=D(3), cut_from=time(11)) == prepaid_terms(
        {"prepaid": {"low_days": "3", "cut_from": "11:00"}}
    )
    with pytest.raises(InputError, match="'lowdays' is no prepaid term"):
        prepaid_terms({"prepaid": {"lowdays": "3"}})
