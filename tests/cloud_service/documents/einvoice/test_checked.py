"""Bills out of the database are taken by the official rules, whatever is on them; what is not says why by name."""

import pytest
from sqlalchemy.orm import Session

from cloud_service.documents.einvoice.checked import checked_einvoice
from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.from_invoice import paper_of
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from tests.cloud_service.documents.einvoice.stored_bills import CASES, operator
from tests.cloud_service.documents.papers import reachable


@pytest.mark.parametrize("name", CASES)
def test_the_official_rules_find_nothing_in_a_stored_bill(session: Session, name: str) -> None:
    case = CASES[name]
    issued = case.make(operator(session, case.tariff, case.changes, case.tenants))
    paper = reachable(paper_of(issued_invoice(session, issued.id)))

    for kind in KINDS.values():
        for check in checked_einvoice(paper, kind).checks:
            assert () == check.warnings


def test_water_is_billed_in_cubic_metres_with_its_meter_and_supply_point(session: Session) -> None:
    case = CASES["water"]
    issued = case.make(operator(session, case.tariff, case.changes))
    xml = checked_einvoice(paper_of(issued_invoice(session, issued.id)), KINDS["einvoice_ubl"]).xml.decode()

    assert '<cbc:InvoicedQuantity unitCode="MTQ">298</cbc:InvoicedQuantity>' in xml
    assert '<cbc:ID schemeID="AVE">W-1</cbc:ID>' in xml
    assert '<cbc:ID schemeID="MG">S1</cbc:ID>' in xml
    assert "<cbc:Name>Consumption: S1 volume</cbc:Name><cbc:Value>298 m3</cbc:Value>" in xml.replace("\n", "").replace(
        "  ", ""
    )
