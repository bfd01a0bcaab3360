from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.store.lookups.invoice_page import document, invoice_page
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office

TODAY = date(2026, 11, 20)


def test_a_page_has_the_invoice_with_all_around_it(office: Office) -> None:
    page = invoice_page(office.session, office.kilo, office.operator.ids["INV-2"], TODAY)

    assert ("INV-2", "Amina Wanjiku", "A-1", "Kilo Ltd", "part", Decimal(20), Decimal(30), False) == (
        page.invoice.number, page.client.name, page.account.number, page.entity.name, page.state, page.received,
        page.outstanding, page.disputed,
    )  # fmt: skip
    assert ["Energy, day"] == [line.label for line in page.lines]
    assert [("bank", "R-1", Decimal(20))] == [(row.provider, row.provider_ref, row.amount) for row in page.settlements]
    assert ["issued", "settled"] == [row.what for row in page.history]
    assert page.settlements[0].amount == page.history[1].amount


@pytest.mark.parametrize("scope", ["zeta", "amina"])
def test_an_invoice_of_somebody_else_does_not_exist(office: Office, scope: str) -> None:
    readers: Scope = getattr(office, scope)
    number = "INV-1" if scope == "zeta" else "INV-3"

    with pytest.raises(NotFoundError, match="no such bill"):
        invoice_page(office.session, readers, office.operator.ids[number], TODAY)


def test_an_open_dispute_is_seen_until_it_is_closed(office: Office) -> None:
    public_id = office.operator.ids["INV-1"]
    office.session.execute(
        text(
            "INSERT INTO dispute (invoice_id, opened_on, reason, author)"
            " SELECT id, '2026-11-19', 'wrong meter', 'mary' FROM invoice WHERE number = 'INV-1'"
        )
    )
    disputed = invoice_page(office.session, office.kilo, public_id, TODAY)
    office.session.execute(text("UPDATE dispute SET closed_on = '2026-11-20', outcome = 'right meter'"))
    closed = invoice_page(office.session, office.kilo, public_id, TODAY)

    assert [True, False] == [disputed.disputed, closed.disputed]
    assert {"disputed", "dispute closed"} == {disputed.history[-1].what, closed.history[-1].what}


def test_a_document_that_was_never_made_is_not_found(office: Office) -> None:
    page = invoice_page(office.session, office.kilo, office.operator.ids["INV-1"], TODAY)

    with pytest.raises(NotFoundError, match="no such document"):
        document(office.session, page.invoice.id, "invoice_pdf")
