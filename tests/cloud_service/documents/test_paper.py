from datetime import date
from decimal import Decimal

import pytest

from cloud_service.documents.paper import PaperLine
from common.errors import InputError
from tests.cloud_service.documents.papers import make_paper

D = Decimal


@pytest.mark.parametrize("field", ["quantity", "price", "amount"])
def test_a_float_is_no_amount_of_a_line(field: str) -> None:
    exact = {"quantity": D(1), "price": D("0.30"), "amount": D("0.30")}

    with pytest.raises(InputError, match="not an exact value") as refused:
        PaperLine("Energy", unit="kWh", **exact | {field: 0.3})  # type: ignore[arg-type]  # the fault

    assert "lines: Energy" == refused.value.path


def test_a_paper_whose_sums_do_not_meet_is_refused() -> None:
    with pytest.raises(InputError, match="is not 650"):
        make_paper(total=D(650))


def test_a_paper_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="lies before"):
        make_paper(last_day=date(2026, 9, 30))


def test_both_the_first_and_the_last_day_are_billed() -> None:
    assert 31 == make_paper().days


@pytest.mark.parametrize(
    ("kind", "settled", "payable"),
    [("invoice", "0", True), ("invoice", "649.92", True), ("invoice", "649.93", False), ("credit_note", "0", False)],
)
def test_money_is_asked_for_where_an_invoice_is_not_settled(kind: str, settled: str, payable: bool) -> None:
    paper = make_paper(kind=kind, settled=D(settled))

    assert payable is paper.payable
    assert D("649.93") - D(settled) == paper.due
