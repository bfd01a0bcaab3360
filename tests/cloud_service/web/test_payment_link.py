import pytest

from cloud_service.store.lookups.invoice_page import invoice_page
from cloud_service.store.scope import Scope
from cloud_service.web.database import session
from cloud_service.web.payment_link import pay_address
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.operator_rows import TODAY


@pytest.mark.parametrize(
    ("number", "kind", "payable"),
    [("INV-1", "invoice", True), ("INV-3", "invoice", False), ("INV-1", "credit_note", False)],
    ids=["due", "paid", "a credit note"],
)
def test_what_is_due_has_a_lasting_address_and_nothing_else(
    console: Console, number: str, kind: str, payable: bool
) -> None:
    with console.app.test_request_context():
        page = invoice_page(session(), Scope(), console.ids[number], TODAY)
        page.invoice.kind = kind  # not kept: the session is closed with the request
        address = pay_address(page)

    assert (f"http://localhost/pay/{console.ids[number]}" if payable else "") == address
