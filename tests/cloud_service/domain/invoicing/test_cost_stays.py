"""Who had a flat on which days."""

from datetime import date

from cloud_service.domain.invoicing.cost_allocation import CostMember
from cloud_service.domain.invoicing.cost_stays import PlacedContract, stays_of
from common.period import Span

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def placed(number: str, first: int, until: int | None, *, vacancy: bool = False) -> PlacedContract:
    end = None if until is None else date(2026, 10, until)
    return PlacedContract(first, number, 1, "Flat 1", date(2026, 10, first), end, vacancy, "EUR")


def test_the_owner_has_the_days_between_two_tenants_and_nobody_the_others() -> None:
    members = [
        (CostMember(contract=number), placed(number, *days)) for number, days in (("B", (20, 25)), ("A", (3, 9)))
    ]
    owner, other = placed("VAC", 12, 20, vacancy=True), placed("C", 28, None)

    stays = [(stay.number, stay.span.start.day, stay.note) for stay in stays_of(members, [owner, other], OCTOBER)]
    assert [
        ("A", 3, ""), ("B", 20, ""), ("", 1, "nobody lived there"), ("VAC", 12, "nobody lived there"),
        ("", 9, "nobody lived there"), ("", 25, "C lived there and takes no part"),
    ] == stays  # fmt: skip


def test_empty_days_are_measured_by_who_was_there_before() -> None:
    before, after = CostMember(contract="A", persons=2), CostMember(contract="B", persons=5)  # type: ignore[arg-type]
    members = [(after, placed("B", 20, None)), (before, placed("A", 3, 9))]

    empty = {stay.span.start.day: stay.member.contract for stay in stays_of(members, [], OCTOBER) if stay.note}
    assert {1: "A", 9: "A"} == empty
