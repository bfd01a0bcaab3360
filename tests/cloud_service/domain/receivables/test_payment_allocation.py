from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.receivables.payment_allocation import CreditSource, OpenInvoice, as_instructed, oldest_first
from common.errors import ConflictError, InputError

TODAY = date(2026, 11, 10)


def owed(number: int, left: str, *, due: int = 1, billed: date = date(2026, 10, 1)) -> OpenInvoice:
    return OpenInvoice(number, f"N{number}", billed, date(2026, 11, due), Decimal(left), billed)


def money(number: int, left: str, *, day: int = 1) -> CreditSource:
    return CreditSource("payment", number, date(2026, 11, day), Decimal(left), date(2026, 11, day))


def test_the_oldest_money_pays_what_was_due_first() -> None:
    parts = oldest_first([money(2, "50", day=2), money(1, "30")], [owed(1, "40", due=5), owed(2, "10", due=3)], TODAY)

    assert [(1, 2, Decimal(10)), (1, 1, Decimal(20)), (2, 1, Decimal(20))] == [
        (part.source_id, part.invoice_id, part.amount) for part in parts
    ]


def test_what_is_due_first_is_paid_first_though_it_was_billed_later() -> None:
    """A fee is due at once, the bill before it in two weeks."""
    bill, fee = owed(1, "40", due=20, billed=date(2026, 11, 1)), owed(2, "10", due=6, billed=date(2026, 11, 5))
    parts = oldest_first([money(1, "30")], [bill, fee], TODAY)

    assert [(2, Decimal(10)), (1, Decimal(20))] == [(part.invoice_id, part.amount) for part in parts]


def test_money_is_never_used_before_the_invoice_or_the_money_existed() -> None:
    late = owed(1, "10", billed=date(2026, 11, 20))
    parts = oldest_first([money(1, "10", day=15)], [late], TODAY)

    assert [date(2026, 11, 20)] == [part.day for part in parts]


amounts = st.lists(st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100), max_size=8)


@given(amounts, amounts)
def test_one_of_the_two_runs_out_and_nothing_is_used_twice(have: list[Decimal], need: list[Decimal]) -> None:
    sources = [CreditSource("payment", n, TODAY, left, TODAY) for n, left in enumerate(have)]
    invoices = [OpenInvoice(n, str(n), TODAY, TODAY, left, TODAY) for n, left in enumerate(need)]
    parts = oldest_first(sources, invoices, TODAY)

    assert min(sum(have), sum(need)) == sum(part.amount for part in parts)
    for source in sources:
        assert sum(part.amount for part in parts if part.source_id == source.id) <= source.unallocated
    for invoice in invoices:
        assert sum(part.amount for part in parts if part.invoice_id == invoice.id) <= invoice.outstanding


def test_the_payers_word_is_followed_exactly() -> None:
    parts = as_instructed(money(1, "50"), {"N2": Decimal(15), "N1": Decimal(5)}, [owed(1, "40"), owed(2, "15")], TODAY)

    assert [(2, Decimal(15), False), (1, Decimal(5), False)] == [(p.invoice_id, p.amount, p.automatic) for p in parts]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"N1": Decimal(41)}, ConflictError),
        ({"N9": Decimal(1)}, ConflictError),
        ({"N1": Decimal(30), "N2": Decimal(25)}, ConflictError),
        ({"N1": Decimal(0)}, InputError),
    ],
    ids=["more than open", "unknown", "more than paid", "nothing"],
)
def test_what_cannot_be_done_is_refused_whole(wanted: dict[str, Decimal], error: type[Exception]) -> None:
    with pytest.raises(error):
        as_instructed(money(1, "50"), wanted, [owed(1, "40"), owed(2, "30")], TODAY)
