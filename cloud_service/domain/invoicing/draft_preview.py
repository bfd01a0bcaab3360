"""A draft as the invoice that it is going to be: what may be looked at, or refused, before it has a number."""

from decimal import Decimal
from uuid import UUID

from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice


def as_issued(draft: Draft) -> IssuedInvoice:
    """The draft with the account's number in the place of its own, and nothing settled yet."""
    account = draft.account
    return IssuedInvoice(
        id=0,
        public_id=UUID(int=0),
        kind=draft.kind,
        number=account.buyer.account or "draft",
        legal_entity_id=account.entity_id,
        account_id=account.account_id,
        bill_date=draft.bill_date,
        due_date=draft.due_date,
        during=draft.during,
        currency=account.currency,
        net=draft.net,
        tax=draft.tax,
        total=draft.total,
        local_currency=account.local_currency,
        local_rate=draft.local_rate,
        energy=draft.energy,
        prepaid=account.prepaid,
        seller=account.seller,
        buyer=account.buyer,
        basis=draft.basis,
        lines=draft.lines,
        settled=Decimal(0),
        corrects=draft.basis.corrects or "",
        reason=draft.reason,
        issued_by="",
    )
