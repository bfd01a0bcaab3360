from decimal import Decimal

from cloud_service.domain.receivables.remittance_matching import OpenItem
from cloud_service.store.receivables.open_items import entity_of, open_invoices
from cloud_service.store.scope import Scope
from tests.cloud_service.till import Till

ALL = Scope()


def test_what_is_open_stands_with_the_names_that_payers_write(till: Till) -> None:
    bill = till.bill("100.00", 9)
    till.bill("-5.00", 10)  # less than nothing: nobody owes it
    till.pay("13.05")

    assert [OpenItem(bill.number, till.account, "A1", "C1", "EUR", Decimal("100.00"))] == open_invoices(
        till.session, None, ALL
    )
    assert 1 == len(open_invoices(till.session, till.world.entity, ALL))
    assert [] == open_invoices(till.session, till.world.entity + 1, ALL)
    assert [] == open_invoices(till.session, None, Scope(frozenset()))


def test_a_bank_account_is_known_however_its_iban_is_written(till: Till) -> None:
    assert till.world.entity == entity_of(till.session, "de02 1203 0000 0000 2020 51")
    assert entity_of(till.session, "DE89370400440532013000") is None
