"""An index that a register cannot have shown is refused where it is typed, with the reading it contradicts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.metering.mount_entry import (
    EnteredRegister,
    check_closing,
    check_multiplier,
    check_opening,
    since_opening,
)
from cloud_service.domain.metering.vee.series import BelievedReading, RegisterRules
from common.errors import InputError

NOON = datetime(2026, 10, 10, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(hours=2), NOON + timedelta(hours=2)


def read(at: datetime, index: int) -> BelievedReading:
    return BelievedReading(int(at.timestamp() * 1000), index, 0)


def register(
    before: BelievedReading | None = None, after: BelievedReading | None = None, digits: int | None = None
) -> list[EnteredRegister]:
    rules = RegisterRules(1, "index", 900, "Europe/Berlin", digits=digits, power_max_kw=10)
    return [EnteredRegister("import", rules, before, after)]


def test_a_closing_index_follows_the_last_reading() -> None:
    last = register(read(BEFORE, 5_000_000))

    check_closing(last, {"import": 5_001_000}, NOON)
    for typo in (500_100, 50_010_000):  # below it, and more than ten kilowatts count in two hours
        with pytest.raises(InputError, match="does not follow the reading 5000 of 2026-10-10T12:00") as refused:
            check_closing(last, {"import": typo}, NOON)
        assert ("odd_index", "closing.import") == (refused.value.code, refused.value.path)


def test_a_counter_that_turned_over_may_close_below_its_last_reading() -> None:
    check_closing(register(read(BEFORE, 9_999_000), digits=4), {"import": 1_000}, NOON)


def test_without_a_reading_the_opening_index_is_the_last_one() -> None:
    begun = since_opening(register(), {"import": 100_000}, BEFORE)

    with pytest.raises(
        InputError, match="the final index 10 kWh of register import does not follow the reading 100 of"
    ):
        check_closing(begun, {"import": 10_000}, NOON)


def test_an_opening_index_leads_to_the_next_reading() -> None:
    check_opening(register(after=read(AFTER, 101_000)), {"import": 100_000}, NOON)

    with pytest.raises(
        InputError, match="the first index 1000 kWh of register import does not lead to the reading 101"
    ):
        check_opening(register(after=read(AFTER, 101_000)), {"import": 1_000_000}, NOON)


def test_a_register_that_the_meter_does_not_have_is_named_with_those_it_has() -> None:
    with pytest.raises(InputError, match="no register E1 that shows an index") as refused:
        check_opening(register(), {"E1": 0}, NOON)

    assert "it has: import" == refused.value.hint


def test_the_registers_of_a_gateway_s_meter_come_later_and_are_believed() -> None:
    check_opening([], {"energy_import_total": 0}, NOON)


def test_an_index_is_not_below_zero_and_an_interval_register_has_none() -> None:
    intervals = [EnteredRegister("load", RegisterRules(1, "interval", 900, "UTC"))]

    with pytest.raises(InputError, match="below 0"):
        check_closing(register(), {"import": -1}, NOON)
    with pytest.raises(InputError, match="no register load that shows an index"):
        check_closing(intervals, {"load": 1}, NOON)


def test_a_multiplier_is_above_zero_and_is_kept_as_it_is() -> None:
    for multiplier in ("1", "40", "0.5", "33.3333", "250.00000"):
        check_multiplier(Decimal(multiplier))
    for multiplier in ("0", "-1", "33.33333"):
        with pytest.raises(InputError, match="is no multiplier"):
            check_multiplier(Decimal(multiplier))
