"""Seller and buyer as they are frozen with an invoice."""

from typing import Any

import pytest

from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from cloud_service.domain.pricing.record_json import from_json, to_json
from tests.cloud_service.domain.invoicing.stored import STORED


@pytest.mark.parametrize(("name", "kind"), [("seller", Seller), ("buyer", Buyer)])
def test_a_party_that_was_stored_is_written_again_as_it_was(name: str, kind: type[Any]) -> None:
    assert STORED[name] == to_json(from_json(kind, STORED[name]))


def test_a_party_of_an_old_invoice_may_lack_what_was_added_later() -> None:
    seller = from_json(Seller, {"name": "Stadtwerk", "phone": None})

    assert ("Stadtwerk", None, ()) == (seller.name, seller.phone, seller.bank_accounts)
    assert "" == from_json(Buyer, {"name": "Müller"}).account
