from datetime import date
from decimal import Decimal

import msgspec

from cloud_service.domain.invoicing.lines_alone import LineOfContract, draft_of_lines
from cloud_service.domain.invoicing.pending_lines import WaitingLine, WaitingTax
from tests.cloud_service.domain.invoicing.stored import account
from tests.cloud_service.store.invoicing.test_pending_lines import share

BILL_DATE = date(2026, 12, 1)
VAT = WaitingTax(name="vat", label="VAT 19 %", category="S", percent=Decimal(19))


def taxed(amount: str) -> WaitingLine:
    return msgspec.structs.replace(share(amount), tax=VAT)


def test_a_bill_of_lines_alone_has_their_days_no_energy_and_one_rounded_tax() -> None:
    lines = [LineOfContract(7, 1, "Flat 1", taxed("0.05")), LineOfContract(8, 2, "Flat 2", taxed("0.05"))]
    bill = draft_of_lines(account(), lines, BILL_DATE, local_rate=Decimal(1))

    assert ("invoice", (), 0, (7, 8)) == (bill.kind, bill.spans, bill.energy, bill.waiting_ids)
    assert (lines[0].line.start, lines[0].line.end) == (bill.during.start, bill.during.end)
    assert ["Heating · Flat 1", "Heating · Flat 2"] == [line.label for line in bill.lines]
    assert (Decimal("0.10"), Decimal("0.02")) == (bill.net, bill.tax)  # 19 % of 0.10, not twice of 0.05
