"""What prepaid accounts used since their last invoices."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.flow.prepaid.use import PrepaidUse, rate_all, unbilled_days, use_of
from cloud_service.store.receivables.prepaid import PrepaidAccount, PrepaidContract
from common.period import Span

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
D = Decimal


def contract(id_: int, *unbilled: tuple[int, int | None], end: date | None = None) -> PrepaidContract:
    days = tuple((date(2026, 11, first), None if last is None else date(2026, 11, last)) for first, last in unbilled)
    return PrepaidContract(id_, f"V{id_}", id_, "Europe/Berlin", date(2026, 1, 1), end, days)


def account(*contracts: PrepaidContract, rated_from: date | None = None) -> PrepaidAccount:
    return PrepaidAccount(
        account_id=1, number="A1", currency="EUR", settings={}, client="", email="", locale="en", protected=False,
        seller="", timezone="Europe/Berlin", holiday_calendar="", contracts=list(contracts), state="ok", a_day=D(3),
        before=D(0), rated=D(25), rated_from=rated_from, rated_until=date(2026, 11, 10),
    )  # fmt: skip


def use(of: PrepaidAccount, reason: str = "") -> PrepaidUse:
    """At 2 a day, or unknown for the reason."""
    unbilled = unbilled_days([of], NOON)
    costs = {(id_, span): (D(2 * span.days), reason) for id_, spans in unbilled.items() for span in spans}
    return use_of(of, unbilled, costs, NOON)


def test_days_of_all_contracts_count_and_a_day_costs_what_the_running_ones_do() -> None:
    moved = account(contract(1, (1, 6), end=date(2026, 11, 6)), contract(2, (2, 4), (6, None)))

    # 5 and 2 days, and 6 to 10 November
    assert PrepaidUse(D(24), D(2), date(2026, 11, 1), date(2026, 11, 11)) == use(moved)


def test_who_is_supplied_by_nothing_any_more_uses_nothing_a_day() -> None:
    gone = account(contract(1, (1, 6), end=date(2026, 11, 6)))

    assert (D(10), D(0)) == (use(gone).used, use(gone).a_day)


def test_what_is_not_known_is_what_the_last_look_said_of_the_same_days() -> None:
    running = account(contract(1, (1, None)), rated_from=date(2026, 11, 1))
    billed_since = account(contract(1, (6, None)), rated_from=date(2026, 11, 1))

    reason = "what V1 used is not known: no tariff"
    assert PrepaidUse(D(25), D(3), date(2026, 11, 1), date(2026, 11, 10), reason) == use(running, "no tariff")
    assert PrepaidUse(D(15), D(3), date(2026, 11, 6), date(2026, 11, 11), reason) == use(billed_since, "no tariff")


def test_each_span_is_rated_and_one_without_an_answer_is_not_known(session: Session) -> None:
    first, second = Span(date(2026, 11, 2), date(2026, 11, 4)), Span(date(2026, 11, 6), date(2026, 11, 11))

    def rate(_: Session, spans: Mapping[int, Span]) -> dict[int, tuple[Decimal, str]]:
        return {id_: (D(span.days), "") for id_, span in spans.items() if id_ != 3}

    costs = rate_all(session, rate, {1: [first, second], 2: [second], 3: [first]})
    assert {(1, first): D(2), (1, second): D(5), (2, second): D(5), (3, first): D(0)} == {
        key: cost for key, (cost, _) in costs.items()
    }
    assert "it was not rated" == costs[3, first][1]
