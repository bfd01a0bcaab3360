"""Which payment came back: by the names that bank and payer gave it, and its amount. What is not certain is offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.bank_line_likeness import is_same_account
from cloud_service.domain.receivables.remittance_matching import squeeze

OFFERED_MAX = 20


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment that came by the bank; `line` is the bank's, if it was read."""

    payment_id: int
    account_id: int
    account: str
    client: str
    reference: str
    amount: Decimal
    currency: str
    day: date
    bills: tuple[str, ...] = ()
    line: BankLine | None = None
    is_given_back: bool = False  # all or some of it
    is_returned_by_line: bool = False  # by a line of the bank's
    returned_by_hand_on: date | None = None  # somebody booked its chargeback


@dataclass(frozen=True, slots=True)
class ReturnedPayment:
    """What came back: `payment` where it is certain, else those that it may be, the likeliest first.

    `booked` is the one of which somebody has booked that it came back.
    """

    payment: ReceivedPayment | None
    offered: tuple[ReceivedPayment, ...] = ()
    likely: ReceivedPayment | None = None  # the only one of those offered that text or payer speak for
    booked: ReceivedPayment | None = None


def amount_returned(line: BankLine) -> Decimal:
    """What came back of a payment, without the charges that the bank took with it."""
    return line.returned_amount or abs(line.amount)


def returned_payment(line: BankLine, payments: Sequence[ReceivedPayment]) -> ReturnedPayment:
    """The payment that a line takes back."""
    fitting = [payment for payment in payments if _may_be(line, payment)]
    for is_named in (_has_its_name, _has_its_end_to_end_id, _has_its_mandate):
        namesakes = [payment for payment in fitting if is_named(line, payment)]
        if namesakes:
            return _booked_by_hand(line, namesakes) or _of_one_name(namesakes)
    likely = [payment for payment in fitting if _speaks_for(line, payment)]
    return _booked_by_hand(line, likely or fitting) or _offered(likely, fitting)


def _booked_by_hand(line: BankLine, payments: Sequence[ReceivedPayment]) -> ReturnedPayment | None:
    """The payment of which somebody has booked, since the bank's day, that it came back."""
    for payment in payments:
        if payment.returned_by_hand_on is not None and payment.returned_by_hand_on >= line.booked_on:
            return ReturnedPayment(None, booked=payment)
    return None


def _of_one_name(namesakes: Sequence[ReceivedPayment]) -> ReturnedPayment:
    """The only one that is left of those with the name of a line, if all others came back by lines of their own."""
    left = [payment for payment in namesakes if not payment.is_given_back]
    if len(left) == 1 and all(payment.is_returned_by_line for payment in namesakes if payment not in left):
        return ReturnedPayment(left[0])
    return ReturnedPayment(None, tuple(left[:OFFERED_MAX]))


def _offered(likely: Sequence[ReceivedPayment], fitting: Sequence[ReceivedPayment]) -> ReturnedPayment:
    left = [payment for payment in dict.fromkeys([*likely, *fitting]) if not payment.is_given_back]
    likely_left = [payment for payment in likely if not payment.is_given_back]
    return ReturnedPayment(None, tuple(left[:OFFERED_MAX]), likely_left[0] if len(likely_left) == 1 else None)


def _may_be(line: BankLine, payment: ReceivedPayment) -> bool:
    """The same money, earlier, on the same account of ours, and not called otherwise by its payer."""
    if (payment.amount, payment.currency) != (amount_returned(line), line.currency) or payment.day > line.booked_on:
        return False
    if payment.line is None:
        return True
    names = squeeze(line.end_to_end_id), squeeze(payment.line.end_to_end_id)
    return is_same_account(line.account, payment.line.account) and (not all(names) or names[0] == names[1])


def _has_its_name(line: BankLine, payment: ReceivedPayment) -> bool:
    return payment.line is not None and bool(set(line.returned_names) & set(payment.line.bank_names))


def _has_its_end_to_end_id(line: BankLine, payment: ReceivedPayment) -> bool:
    name = squeeze(line.end_to_end_id)
    return payment.line is not None and bool(name) and name == squeeze(payment.line.end_to_end_id)


def _has_its_mandate(line: BankLine, payment: ReceivedPayment) -> bool:
    mandate = squeeze(line.mandate)
    return payment.line is not None and bool(mandate) and mandate == squeeze(payment.line.mandate)


def _speaks_for(line: BankLine, payment: ReceivedPayment) -> bool:
    """Whether the line has the payer's account, or a bill's number that the payment settled or named."""
    if payment.line is not None and line.payer_iban and squeeze(line.payer_iban) == squeeze(payment.line.payer_iban):
        return True
    text = squeeze(line.remittance)
    if any(squeeze(bill) in text for bill in payment.bills):
        return True
    own = squeeze(payment.line.remittance) if payment.line else ""
    return bool(own) and own in text
