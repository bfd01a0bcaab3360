"""From a gap to a bill and to its difference, by commands alone: estimated, billed as estimated, read after all."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cloud_service.cli.commands import call, refusal
from tests.scenarios.test_opening_index_to_invoice import house, move_in, october

__all__ = ["house"]
READ = ("readings", "enter", "20001", "import")
OCTOBER = ("readings", "estimate", "20001", "--from", "2026-10-01", "--until", "2026-11-01")


@pytest.fixture
def _meter(house: Path) -> None:
    """Ten kilowatt hours a day up to the 20th, and then nobody comes."""
    call("point", "add", "Flat 1", "--site", "Hof")
    call("meter", "add", "20001", "--register", "import:kWh")
    call("meter", "mount", "20001", "--point", "Flat 1", "--at", "2026-09-01T00:00+02:00", "--opening", "import=0")
    move_in("V-1", "Flat 1")
    call(*READ, "2026-10-01T00:00+02:00", "300", "--reason", "read")
    call(*READ, "2026-10-21T00:00+02:00", "500", "--reason", "read")
    call("readings", "validate")


def bill() -> Any:
    return call("bill", "show", call("bill", "list")[0]["number"])


def sources(shown: Any) -> Any:
    return shown["basis"]["contracts"][0]["sources"]


@pytest.mark.usefixtures("_meter")
def test_a_gap_is_estimated_by_a_rule_billed_and_set_right_by_what_is_read_later() -> None:
    parked = october(code=6)["parked"]
    tried = call(*OCTOBER, "--dry-run")
    kept = call(*OCTOBER, "--reason", "nobody at home")
    issued = october()
    call(*READ, "2026-11-01T00:00+01:00", "605.5", "--reason", "read after all", "--confirm")
    call("readings", "validate")
    late = call("correct", "touched", code=6)
    difference = call("correct", "difference", bill()["number"], "--reason", "read after all")

    assert "no readings for" in parked[0]["reason"]
    assert [(300_000, 610_417, True)] == [
        (source["indexes"][0][1], source["indexes"][1][1], source["estimated"]) for source in sources(bill())
    ]
    (gap,) = tried["estimates"]
    assert ("daily_average", "110.417", []) == (gap["rule"], gap["total"], tried["kept"])  # 11 days and an hour
    assert 1 == len(kept["kept"])
    assert "310.417" == Decimal(bill()["lines"][0]["quantity"]).normalize().to_eng_string()
    energy, standing = (line["explanation"] for line in bill()["lines"])
    assert (True, False) == (energy["estimated"], "estimated" in standing)
    assert "showed 300 kWh on 2026-10-01 00:00 and 610.417 kWh on 2026-11-01 00:00 (estimated)" in energy["why"]
    assert {"EUR": "107.83"} == issued["amount"]  # (83.47 + 7.14) × 1.19
    assert [(bill()["number"], -4_917)] == [(row["number"], row["change"]) for row in late]
    assert ["-1.32"] == [line["amount"] for line in difference]  # 305.5 kWh: 82.15 instead of 83.47, before tax


@pytest.mark.usefixtures("_meter")
def test_billed_days_are_estimated_only_when_that_is_said_and_the_bills_are_named() -> None:
    first = call(*OCTOBER, "--reason", "nobody at home")["kept"][0]
    october()
    number = bill()["number"]

    assert number in str(refusal("readings", "withdraw-estimate", str(first), "--reason", "wrong"))
    call("readings", "withdraw-estimate", str(first), "--reason", "wrong", "--confirm")
    call("readings", "validate")
    assert f"bills rest on these days: {number}" in str(refusal(*OCTOBER, "--reason", "again"))
    second = call(*OCTOBER, "--total", "100", "--reason", "by the caretaker", "--confirm")

    assert ("100", "110.417") == (
        second["estimates"][0]["total"],
        second["estimates"][0]["other_rules"]["daily_average"],
    )
    rows = call("readings", "estimates", "20001")["estimates"]
    assert [(100_000, 110_417, False), (110_417, None, True)] == [
        (row["total"], row["proposed"], bool(row["undone_at"])) for row in rows
    ]


@pytest.mark.usefixtures("_meter")
def test_a_gap_over_a_move_is_split_by_the_day_between_both_tenants() -> None:
    call("contract", "move-out", "V-1", "--day", "2026-10-26")
    move_in("V-2", "Flat 1", day="2026-10-26")
    (estimated,) = call(*OCTOBER, "--reason", "nobody at home")["estimates"]
    call("readings", "validate")

    issued = october()

    quantities = [Decimal(call("bill", "show", row["number"])["lines"][0]["quantity"]) for row in call("bill", "list")]
    assert ([], ["V-1", "V-2"]) == (issued["parked"], sorted(estimated["connections"]))
    assert Decimal("310.417") == sum(quantities)
    assert {Decimal("250.416"), Decimal("60.001")} == set(quantities)  # the day of 25 hours is the first one's last
