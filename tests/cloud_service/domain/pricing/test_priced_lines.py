"""Lines that explain themselves, and amounts as due beside amounts unrounded."""

from datetime import date
from decimal import Decimal

import msgspec

from cloud_service.domain.pricing.priced_lines import NOTHING, DueAndExact, LineHead, PricedLine, sum_of

D = Decimal
HEAD = LineHead(
    charge="energy", id="energy", label="Energy", unit="kWh", path="charges[0]", tax_category="",
    utility="electricity", start=date(2026, 3, 1), end=date(2026, 4, 1), rule="one price",
    source="register import", version="tariff 1",
)  # fmt: skip


def test_a_line_says_its_rule_source_arithmetic_and_tariff() -> None:
    line = PricedLine(HEAD, D("10.50"), D("0.20"), D("2.10"), D("2.10"))

    assert "one price; register import; 10.5 kWh × 0.2 = 2.1; tariff 1" == line.why


def test_a_note_stands_before_the_arithmetic_and_a_fixed_amount_has_no_price() -> None:
    line = PricedLine(HEAD, D(1), None, D(5), D(5), "peak at noon")

    assert "one price; register import; peak at noon; 1 kWh = 5; tariff 1" == line.why


def test_a_line_over_rounded_amounts_says_what_it_is_of_the_unrounded_ones() -> None:
    line = PricedLine(HEAD, D(10), D("0.1"), D("0.99"), D("1.00"))

    assert "10 kWh × 0.1 = 1, unrounded 0.99" in line.why


def test_a_head_without_words_leaves_only_the_arithmetic() -> None:
    bare = msgspec.structs.replace(HEAD, rule="", source="")

    assert "2 kWh × 3 = 6; tariff 1" == PricedLine(bare, D(2), D(3), D(6), D(6)).why


def test_sums_are_kept_as_due_and_exact() -> None:
    lines = [PricedLine(HEAD, D(1), D("0.004"), D("0.004"), D("0.00")) for _ in range(3)]

    assert DueAndExact(D("0.00"), D("0.012")) == sum_of(lines)


def test_both_amounts_are_calculated_with_alike() -> None:
    both = DueAndExact(D(3), D("3.5"))

    assert DueAndExact(D(4), D(5)) == both + DueAndExact(D(1), D("1.5"))
    assert DueAndExact(D("1.5"), D("1.75")) == both.times(D("0.5"))
    assert DueAndExact(D(0), D("0.5")) == (both - DueAndExact(D(4), D(3))).above_zero()
    assert [True, False] == [bool(both), bool(NOTHING)]
    assert DueAndExact(D(-3), D("-3.5")) == -both
