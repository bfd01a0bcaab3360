"""Security deposits: held apart from the client's credit until they are released."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.money import round_money
from cloud_service.domain.receivables.ledger import LedgerLine
from cloud_service.flow.collect.booking import PaymentBooking, locked_account, note_booked, payment_entry, repeated
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import payments, settlement
from cloud_service.store.receivables.payments import NewPayment
from common.errors import ConflictError, NotFoundError


def release_deposit(
    session: Session, payment_id: int, amount: Decimal, *, day: date, author: str, reference: str = ""
) -> PaymentBooking:
    """A security deposit (or a part) becomes credit; it settles open invoices, the rest can be paid out.

    The same `reference` of a deposit is released once; without one each call is a release of its own.
    """
    deposit = payments.payment(session, payment_id)
    if deposit is None or deposit.kind != "deposit":
        raise NotFoundError(f"payment {payment_id} is no deposit")
    account = locked_account(session, deposit.account_id, day)
    name = f"ref:{reference}" if reference else str(payments.count_releases(session, payment_id) + 1)
    release = NewPayment(
        deposit.account_id, "deposit", f"{payment_id}:{name}", "payment", amount, deposit.currency,
        max(day, deposit.day), author, facts={"deposit": payment_id},
    )  # fmt: skip
    if reference and (done := repeated(session, release)):
        return done
    left = payments.deposit_left(session, payment_id)
    if amount <= 0 or amount > left or amount != round_money(amount, deposit.currency):
        left = round_money(left, deposit.currency)
        raise ConflictError(f"{amount} cannot be released, {left} {deposit.currency} is left of the deposit")
    release_id = payments.add_payment(session, release)
    if release_id is None:
        return PaymentBooking("duplicate", None, account.account_id)
    lines = (LedgerLine("deposit", amount, release.account_id), LedgerLine("credit", -amount, release.account_id))
    entry = payment_entry(account, release, release_id, lines, kind="deposit_release")
    positions = settlement.positions(session, [account.account_id], release.day)
    settlement.settle(session, positions.values(), release.day, author, along=[entry])
    note_booked(session, release, release_id)
    return PaymentBooking("booked", release_id, account.account_id)
