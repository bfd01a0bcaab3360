from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import arrangements, collect
from cloud_service.store.receivables.reconciliation import reconcile
from tests.cloud_service.till import BILLED, PAID, Till

D = Decimal
END = date(2026, 11, 30)


def test_all_ways_agree_on_every_day_whatever_happened(till: Till) -> None:
    first, _second = till.bill("100.00", 9), till.bill("-10.00", 10)
    till.pay("500.00", "d", kind="deposit")
    payment = till.paid("60.00", "p", PAID)
    collect.give_back(till.session, payment, D(20), reference="r", day=date(2026, 11, 12), author="t")
    arrangements.write_off(till.session, first.id, D(5), reason="lost", day=date(2026, 11, 20), author="t")
    days = [BILLED - timedelta(days=1), *(BILLED + timedelta(days=number) for number in range(0, 29, 3))]
    proofs = {day: reconcile(till.session, day) for day in days}

    assert all(proof.agrees for each in proofs.values() for proof in each)
    assert [] == proofs[days[0]]
    assert [("EUR", D("62.10"), D(0))] == [
        (proof.currency, proof.ledger, proof.credit) for proof in reconcile(till.session, END)
    ]


def test_an_allocation_without_its_entry_is_seen(till: Till) -> None:
    bill = till.bill("100.00")
    payment = till.paid("0.01")
    till.session.execute(
        text(
            "INSERT INTO allocation (invoice_id, payment_id, ledger_entry_id, amount, day)"
            " SELECT :i, :p, min(id), 5, '2026-11-05' FROM ledger_entry"
        ),
        {"i": bill.id, "p": payment},
    )
    (proof,) = reconcile(till.session, END)

    assert not proof.agrees
    assert D(5) == proof.ledger - proof.invoices


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2030, 1, 1)])
def test_books_without_anything_have_nothing_to_prove(till: Till, day: date) -> None:
    assert [] == reconcile(till.session, day)
