"""A bill has the e-invoice that its client wants, else what the company's look says of companies."""

import pytest
from msgspec import UNSET, UnsetType

from cloud_service.documents.einvoice.wish import beside, check_look, is_inside, required_kind
from cloud_service.documents.theme import Theme
from cloud_service.domain.invoicing.billing_account import Buyer
from common.errors import InputError

PLAIN, HYBRID = Theme(), Theme(einvoice="factur-x")


@pytest.mark.parametrize(
    ("theme", "kind", "wish", "inside", "required"),
    [
        (PLAIN, "company", UNSET, False, None),
        (HYBRID, "company", UNSET, True, "einvoice_cii"),
        (HYBRID, "person", UNSET, False, None),
        (PLAIN, "person", "factur_x", True, "einvoice_cii"),
        (HYBRID, "company", "xrechnung_ubl", False, "xrechnung_ubl"),
    ],
)
def test_what_a_bill_must_not_leave_without(
    theme: Theme, kind: str, wish: str | UnsetType, inside: bool, required: str | None
) -> None:
    buyer = Buyer(kind=kind, einvoice=wish)
    needed = required_kind(buyer, theme)

    assert (inside, required) == (is_inside(buyer, theme), needed.name if needed else None)
    assert (wish == "xrechnung_ubl") == (beside(buyer) is not None)


def test_an_own_template_carries_no_e_invoice_inside() -> None:
    own = Theme(renderer="html", template="x")

    check_look(Buyer(name="A", einvoice="xrechnung_ubl"), own)
    with pytest.raises(InputError, match="no PDF/A"):
        check_look(Buyer(name="A", einvoice="factur_x"), own)
