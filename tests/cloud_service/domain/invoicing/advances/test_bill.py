"""A bill in advance has one line and no days; what settles it has the same amounts with the opposite sign."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.invoicing.advances.bill import AdvanceToBill, advance_draft, settling_line
from cloud_service.domain.invoicing.advances.plan import AdvancePeriod
from cloud_service.domain.invoicing.basis import AdvanceFor
from cloud_service.domain.invoicing.pending_lines import WaitingTax, rating_of_line
from common.period import Span
from tests.cloud_service.domain.invoicing.builders import make_account

D = Decimal
MARCH = Span(date(2026, 3, 1), date(2026, 4, 1))
VAT = WaitingTax(name="VAT", label="VAT 19 %", category="S", percent=D(19))


def advance(amount: str = "100.00", tax: WaitingTax | None = VAT) -> AdvanceToBill:
    basis = AdvanceFor(contract=7, timing="before", utility="electricity")
    return AdvanceToBill(7, AdvancePeriod(MARCH, D(amount), "agreed"), tax, basis)


def test_the_bill_has_one_line_and_bills_no_days() -> None:
    draft = advance_draft(make_account(), advance(), MARCH.start)

    assert ((), MARCH, 0, D("100.00")) == (draft.spans, draft.during, draft.energy, draft.total)
    assert [("advance", 7, D("84.03"), "S", D(19))] == [
        (line.charge, line.contract_id, line.amount, line.tax_category, line.tax_rate) for line in draft.lines
    ]
    assert [(D("84.03"), D("15.97"))] == [(tax.base, tax.amount) for tax in draft.basis.taxes]


def test_one_outside_of_taxes_has_none() -> None:
    draft = advance_draft(make_account(), advance(tax=None), MARCH.start)

    assert (D("100.00"), D(0), ()) == (draft.net, draft.tax, draft.basis.taxes)
    assert "O" == draft.lines[0].tax_category


def test_what_settles_it_takes_the_same_net_and_tax_off() -> None:
    for amount in ("100.00", "20.10", "33.33"):
        draft = advance_draft(make_account(), advance(amount), MARCH.start)
        line = settling_line(advance(amount), "EUR", invoice_id=3, number="INV-1", day=MARCH.start)
        rated = rating_of_line(line, "EUR")

        assert (-draft.net, -draft.tax, -draft.total) == (rated.net, rated.tax, rated.total)
        assert ("Advance bill INV-1", 3) == (line.label, line.corrects)


def test_the_bill_keeps_the_rate_of_its_day() -> None:
    assert D("1.0770") == advance_draft(make_account(), advance(), MARCH.start, local_rate=D("1.0770")).local_rate
