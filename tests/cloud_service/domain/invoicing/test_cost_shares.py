"""The parts of a common cost, by the days of each contract."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_service.domain.invoicing.cost_allocation import CostMember, CostSplit, load_split
from cloud_service.domain.invoicing.cost_shares import split
from cloud_service.domain.invoicing.cost_stays import PlacedContract, Stay, stays_of
from common.errors import InputError
from common.period import Span

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
START, MIDDLE = date(2026, 1, 1), date(2026, 10, 16)
HEAT = {
    "label": "Heating 2025",
    "currency": "EUR",
    "components": [{"by": "consumption", "weight": "0.7"}, {"by": "area", "weight": "0.3"}],
    "members": [
        {"contract": "A", "area": "50"},
        {"contract": "B", "area": "75"},
        {"contract": "C", "area": "100"},
    ],
}
HALF = {
    "label": "Hausmeister", "currency": "EUR", "components": [{"by": "area", "weight": "1"}],
    "members": [{"contract": "V-1003", "area": "50"}, {"contract": "V-6001", "area": "50"}],
}  # fmt: skip


def contract(
    number: str, point: int, start: date | None = START, end: date | None = None, *, vacancy: bool = False
) -> PlacedContract:
    return PlacedContract(point * 100 + len(number), number, point, f"Flat {point}", start, end, vacancy, "EUR")


def stay(member: CostMember, point: int, used: str | None = None, span: Span = OCTOBER) -> Stay:
    return Stay(
        contract(member.contract, point), point, f"Flat {point}", span, member,
        used=None if used is None else Decimal(used), unit="kWh",
    )  # fmt: skip


def shares(document: CostSplit, total: str, *contracts: PlacedContract, span: Span = OCTOBER) -> dict[str, Decimal]:
    members = {member.contract: member for member in document.members}
    pairs = [(members[placed.number], placed) for placed in contracts if placed.number in members]
    others = [placed for placed in contracts if placed.number not in members]
    parts = split(document, Decimal(total), stays_of(pairs, others, span), span)
    assert Decimal(total) == sum(part.amount for part in parts)
    return {part.contract: part.amount for part in parts}


def test_german_heat_costs_are_shared_70_by_use_and_30_by_area() -> None:
    document = load_split(HEAT)
    stays = [
        stay(member, n, used)
        for n, (member, used) in enumerate(zip(document.members, ("4000", "5000", "3000"), strict=True))
    ]
    parts = split(document, Decimal("1000.01"), stays, OCTOBER)

    # 700.01 (the odd cent goes to the larger part's remainder) by 4:5:3 of 12, 300.00 by 50:75:100 of 225
    assert [Decimal("300.01"), Decimal("391.67"), Decimal("308.33")] == [part.amount for part in parts]
    assert "700.01 × 4000 of 12000 kWh = 233.34; 300 × 50 of 225 m² = 66.67" in parts[0].why


def test_who_came_on_the_sixteenth_has_16_of_31_days_and_the_owner_the_rest() -> None:
    document = load_split(HALF)
    pairs = list(zip(document.members, (contract("V-1003", 1), contract("V-6001", 2, MIDDLE)), strict=True))
    parts = split(document, Decimal("1000.00"), stays_of(pairs, [], OCTOBER), OCTOBER)

    assert [("V-1003", "500.00"), ("V-6001", "258.06"), ("", "241.94")] == [
        (part.contract, str(part.amount)) for part in parts
    ]
    assert parts[1].why.endswith("1000 × 800 of 3100 m² × days (16 of 31 days) = 258.06")
    assert parts[2].why.endswith("= 241.94 (nobody lived there)")
    assert [Span(MIDDLE, OCTOBER.end), Span(OCTOBER.start, MIDDLE)] == [part.span for part in parts[1:]]


def test_the_days_of_an_empty_flat_are_on_its_owners_contract() -> None:
    owner = contract("Flat 2-VAC", 2, date(2026, 10, 5), MIDDLE, vacancy=True)

    parts = shares(load_split(HALF), "1000.00", contract("V-1003", 1), owner, contract("V-6001", 2, MIDDLE))

    # 11 and 4 of 31 days of 500.00
    assert {"Flat 2-VAC": Decimal("177.42"), "": Decimal("64.52")}.items() <= parts.items()


def test_days_without_a_member_are_shared_by_the_others_where_the_split_says_so() -> None:
    document = load_split(HALF | {"empty_days": "members"})
    parts = shares(document, "470.00", contract("V-1003", 1), contract("V-6001", 2, MIDDLE))

    assert {"V-1003": Decimal("310.00"), "V-6001": Decimal("160.00")} == parts  # 31 : 16 days


def test_a_former_and_a_new_tenant_of_one_flat_share_its_part_by_their_days() -> None:
    document = load_split(HALF | {"members": [*HALF["members"], {"contract": "V-5000", "area": "50"}]})
    parts = shares(
        document, "620.00", contract("V-1003", 1), contract("V-5000", 2, START, date(2026, 10, 11)),
        contract("V-6001", 2, MIDDLE),
    )  # fmt: skip

    assert {"V-1003": Decimal(310), "V-5000": Decimal(100), "V-6001": Decimal(160), "": Decimal(50)} == parts


def test_a_tenant_who_takes_no_part_is_named_beside_the_owners_days() -> None:
    document = load_split(HALF)
    pairs = list(zip(document.members, (contract("V-1003", 1), contract("V-6001", 2, MIDDLE)), strict=True))
    stays = stays_of(pairs, [contract("V-5000", 2, START, MIDDLE)], OCTOBER)

    assert ["V-5000 lived there and takes no part"] == [stay.note for stay in stays if stay.note]


def test_who_left_before_the_days_has_no_part_of_them() -> None:
    november = Span(date(2026, 11, 1), date(2026, 12, 1))
    left = contract("V-6001", 2, MIDDLE, date(2026, 10, 20))

    assert {"V-1003": Decimal(500), "": Decimal(500)} == shares(
        load_split(HALF), "1000.00", contract("V-1003", 1), left, span=november
    )


@pytest.mark.parametrize("start", [START, None], ids=["before they came", "a contract that was taken back"])
def test_days_on_which_no_member_lived_there_are_not_shared(start: date | None) -> None:
    before = Span(date(2025, 1, 1), date(2026, 1, 1))
    with pytest.raises(InputError, match="no member's contract runs between 2025-01-01 and 2026-01-01"):
        shares(load_split(HALF), "1.00", contract("V-1003", 1, start), contract("V-6001", 2, start), span=before)


def test_consumption_that_was_not_measured_is_refused() -> None:
    document = load_split(HEAT)
    with pytest.raises(InputError, match="consumption of contract A is not known"):
        split(document, Decimal(1), [stay(document.members[0], 1)], OCTOBER)


DAYS = st.integers(0, 62).map(lambda n: date.fromordinal(date(2026, 9, 15).toordinal() + n))


@settings(max_examples=200)
@given(st.lists(st.tuples(DAYS, DAYS), min_size=2, max_size=2), st.integers(0, 10**7))
def test_every_day_of_every_flat_is_somebodys_once(spans: list[tuple[date, date]], cents: int) -> None:
    contracts = [
        contract(number, n, min(span), None if min(span) == max(span) else max(span))
        for n, (number, span) in enumerate(zip(("V-1003", "V-6001"), spans, strict=True))
    ]
    pairs = list(zip(load_split(HALF).members, contracts, strict=True))
    try:
        stays = stays_of(pairs, [], OCTOBER)
    except InputError:
        assert not any(placed.days_in(OCTOBER) for placed in contracts)
        return
    for point in (0, 1):
        days = [day for stay in stays if stay.point_id == point for day in stay.span]
        assert sorted(days) == list(OCTOBER)
    total = Decimal(cents).scaleb(-2)
    parts = split(load_split(HALF), total, stays, OCTOBER)
    assert total == sum(part.amount for part in parts)
    for part in parts:
        assert abs(part.amount - total * part.span.days / 62) < Decimal("0.01")
