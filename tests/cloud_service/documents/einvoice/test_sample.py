"""Every kind of e-invoice can be made of the made-up bill that new rules are tried on."""

import pytest

from cloud_service.documents.einvoice.checked import checked_einvoice
from cloud_service.documents.einvoice.kinds import KINDS, EinvoiceKind
from cloud_service.documents.einvoice.sample import sample_einvoice


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_made_up_bill_breaks_no_rule(kind: EinvoiceKind) -> None:
    assert [()] == [check.warnings for check in checked_einvoice(sample_einvoice(), kind).checks]
