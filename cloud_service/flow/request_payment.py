"""Ask for money: the provider's payment page of an invoice or a top-up, made when the payer wants to pay.

Letters and PDFs carry our own lasting address; the provider's page, which expires, is made behind it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from cloud_service.domain.money import round_money
from cloud_service.payments import PaymentAsk, Provider
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payment_requests
from cloud_service.store.receivables.payment_requests import PayableInvoice, TopUpTarget
from common.errors import ConflictError, NotFoundError

Clock = Callable[[], datetime]
FRESH = timedelta(hours=12)  # providers' pages live for a day


def payable_invoice(session: Session, public_id: UUID) -> PayableInvoice:
    """What an invoice's payer sees before paying."""
    invoice = payment_requests.payable_invoice(session, public_id)
    if invoice is None:
        raise NotFoundError("there is no such invoice")
    return invoice


def pay_page(session: Session, public_id: UUID, provider: Provider, clock: Clock, *, public_url: str) -> str:
    """Where to pay what is left of an invoice; the page of earlier today if the amount is still the same."""
    invoice = payable_invoice(session, public_id)
    if invoice.left <= 0:
        raise ConflictError("nothing is left to pay of this invoice")
    left = round_money(invoice.left, invoice.currency)
    earlier = payment_requests.earlier_requests(session, provider.name, invoice.account_id, invoice.id)
    if earlier and earlier[0].amount == left and earlier[0].created_at > clock() - FRESH:
        return earlier[0].url
    key = f"invoice-{public_id}-{left}-{len(earlier)}"
    return _new_page(session, invoice, left, provider, f"{public_url}/pay/{public_id}?back=1", key)


def try_company(provider: Provider, currency: str, *, public_url: str) -> str:
    """Ask a payment company for a page of one unit, which nobody is sent; its name for it. Nothing is booked.

    UnavailableError where it does not answer, InputError where its key is wrong.
    """
    ask = PaymentAsk("TEST", "Test of the connection", Decimal(1), currency, f"{public_url}/settings/payments")
    link = provider.create_payment_link(ask, idempotency_key=f"test-{uuid4()}")
    state = provider.fetch_payment(link.ref).state
    if state != "open":
        raise ConflictError(f"the company says that a page of just now is {state}")
    return link.ref


def top_up_target(session: Session, account_public_id: UUID) -> TopUpTarget:
    """What the one who tops up an account sees; only prepaid accounts can be topped up."""
    target = payment_requests.top_up_target(session, account_public_id)
    if target is None or not target.prepaid:
        raise NotFoundError("there is no such prepaid account")
    return target


def top_up_page(
    session: Session, account_public_id: UUID, amount: Decimal, provider: Provider, *, public_url: str
) -> str:
    """Where to add credit to a prepaid account."""
    target = top_up_target(session, account_public_id)
    earlier = payment_requests.earlier_requests(session, provider.name, target.id, None)
    key = f"top-up-{account_public_id}-{len(earlier)}-{amount.normalize():f}"
    return _new_page(session, target, amount, provider, f"{public_url}/top-up/{account_public_id}?back=1", key)


def _new_page(  # noqa: PLR0917 - what is paid, by whom, and the way back
    session: Session,
    payable: PayableInvoice | TopUpTarget,
    amount: Decimal,
    provider: Provider,
    return_url: str,
    key: str,
) -> str:
    """Ask the provider for a page and remember what it is for, so that its payment finds home."""
    ask = PaymentAsk(
        reference=payable.number,
        description=f"{payable.seller}: {payable.number}",
        amount=amount,
        currency=payable.currency,
        return_url=return_url,
        payer_email=payable.email,
        locale=payable.locale,
    )
    link = provider.create_payment_link(ask, idempotency_key=key)
    account_id, invoice_id = (
        (payable.account_id, payable.id) if isinstance(payable, PayableInvoice) else (payable.id, None)
    )
    payment_requests.record(
        session, provider.name, link.ref, link.url,
        account_id=account_id, invoice_id=invoice_id, amount=amount, currency=payable.currency,
    )  # fmt: skip
    return link.url
