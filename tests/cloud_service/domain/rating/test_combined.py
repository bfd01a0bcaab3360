"""Ratings put together: taxes and the coin are rounded once on what they have in common."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.invoice import BillingAccount, draft, rated_facts
from cloud_service.domain.invoicing.pending_lines import take_up
from cloud_service.domain.rating.combined import is_coin, join
from tests.cloud_service.domain.builders import JANUARY, bill, energy, make_tariff, total

D = Decimal
VAT = {"name": "vat", "label": "VAT", "percent": "8.1"}
PARTY = BillingAccount(1, 1, "CHF", 30, "none", "", False, "CHF", "UTC", False, {}, {})


def rated(contract: int, cash: str | None = "0.05") -> dict[str, Any]:
    """12.46 and 1.01 of VAT: 13.47, with the coin 13.45."""
    rounding = {} if cash is None else {"rounding": {"cash": cash}}
    tariff = make_tariff(energy(price="0.1234"), currency="CHF", taxes=[VAT], **rounding)
    facts = rated_facts(bill(tariff, total("101", JANUARY), JANUARY), tariff)
    return facts | {"contract": {"id": contract, "point": f"flat {contract}"}}


def test_the_total_of_several_contracts_is_rounded_to_the_coin_once() -> None:
    """24.92 and 2.02 of VAT are 26.94; two totals of 13.45, and VAT rounded anew, would be 26.90."""
    both = join([rated(1), rated(2)])

    assert ("24.93", "2.02", "26.95") == (both["net"], both["tax"], both["total"])
    assert ["0.01"] == [line["amount"] for line in both["lines"] if is_coin(line)]
    assert both["net"] == str(sum(D(line["amount"]) for line in both["lines"]))


def test_an_invoice_of_several_contracts_has_one_line_for_the_coin() -> None:
    found = draft(PARTY, [rated(1), rated(2)], date(2026, 2, 3))

    assert D("26.95") == found.total
    assert [(1, "12.46"), (2, "12.46"), (None, "0.01")] == [(r["contract_id"], str(r["amount"])) for r in found.lines]
    assert ("O", D(0)) == (found.lines[-1]["tax_category"], found.lines[-1]["tax_rate"])
    assert found.net == sum(row["amount"] for row in found.lines)


def test_a_line_that_waited_is_under_the_coin_too() -> None:
    line = {
        "charge": "difference", "id": "difference", "label": "Difference", "utility": "", "quantity": "1", "unit": "",
        "price": "1.01", "amount_unrounded": "1.01", "amount": "1.01", "start": "2026-01-01", "end": "2026-02-01",
        "path": "", "why": "", "tax_category": "", "tax": None,
    }  # fmt: skip

    found = draft(PARTY, [take_up(rated(1), [(7, line)])], date(2026, 2, 3))

    assert (D("14.50"), (7,)) == (found.total, found.pending)  # 13.47 + 1.01 = 14.48
    assert [D("12.46"), D("1.01"), D("0.02")] == [row["amount"] for row in found.lines]


def test_without_a_coin_the_sum_stays() -> None:
    assert "26.94" == join([rated(1, None), rated(2, None)])["total"]
