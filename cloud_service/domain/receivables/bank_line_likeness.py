"""Whether two lines of bank statements tell of the same booking, which may come as camt.052, 053, 054, MT940 and CSV.

No field that banks do not promise to be unique decides alone. What is neither surely the same nor surely another is
doubtful, and a person decides.
"""

import re
from datetime import date, timedelta
from enum import Enum

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.remittance_matching import squeeze

NUMBER = re.compile(r"\d+")
SEPARATOR = re.compile(r"[^A-Z0-9]+")
NAME_DAYS_MAX = timedelta(days=10)  # a name of the bank's may come again later, for something else
FORM_DAYS_MAX = timedelta(days=5)  # an intraday report may say another day than the statement
NO_TIME = timedelta(0)
COUNTRY_AND_CHECK = 4  # signs of an IBAN before the account


class Likeness(Enum):
    """What two lines have to do with each other."""

    SAME = "same"
    DOUBTFUL = "doubtful"
    OTHER = "other"


def likeness(line: BankLine, earlier: BankLine) -> Likeness:
    """Whether a line tells of the same booking as an earlier one."""
    if line.currency != earlier.currency or not is_same_account(line.account, earlier.account):
        return Likeness.OTHER
    if (line.amount > 0) != (earlier.amount > 0):
        return Likeness.OTHER
    if set(line.bank_names) & set(earlier.bank_names):
        return _by_name(line, earlier)
    if line.amount != earlier.amount:
        return _by_batch(line, earlier)
    if not _is_same_day(line, earlier) or _are_named_apart(line, earlier):
        return Likeness.OTHER
    if says_the_same(line, earlier):
        return _told_again(line, earlier)
    return Likeness.DOUBTFUL if _is_reworded(line, earlier) else Likeness.OTHER


def is_same_account(account: str, other: str) -> bool:
    """Whether two ways to write an account may be one: IBAN, bank code with account number, nothing."""
    account, other = account.upper(), other.upper()
    plain, plain_other = squeeze(account), squeeze(other)
    if not plain or not plain_other or plain == plain_other:
        return True
    if plain[:2].isalpha() and plain_other[:2].isalpha():
        return False
    iban, parts = (plain, other) if plain[:2].isalpha() else (plain_other, account)
    if not iban[:2].isalpha():
        return False
    numbers = [digits.lstrip("0") for digits in SEPARATOR.split(re.sub(r"[A-Z]+$", "", parts))]
    return all(number in iban[COUNTRY_AND_CHECK:] for number in numbers)


def says_the_same(line: BankLine, earlier: BankLine) -> bool:
    """Whether text, payer and the payer's name of the payment agree; another format may say less of them."""
    if _differ(line.end_to_end_id, earlier.end_to_end_id):
        return False
    if line.head.form == earlier.head.form:
        same_text = squeeze(line.remittance) == squeeze(earlier.remittance)
        return same_text and squeeze(line.payer) == squeeze(earlier.payer) and line.payer_iban == earlier.payer_iban
    if not is_same_account(line.payer_iban, earlier.payer_iban):
        return False
    return _texts_agree(line.remittance, earlier.remittance)


def _is_reworded(line: BankLine, earlier: BankLine) -> bool:
    """Whether two tables may tell of one booking by more or fewer of their columns."""
    texts = squeeze(line.remittance), squeeze(earlier.remittance)
    in_tables = line.head.form == earlier.head.form == "csv"
    return in_tables and all(texts) and (texts[0] in texts[1] or texts[1] in texts[0])


def _by_name(line: BankLine, earlier: BankLine) -> Likeness:
    """Two lines to which the bank gave one name: the same booking, if they say the same."""
    days = abs(line.booked_on - earlier.booked_on)
    if days > NAME_DAYS_MAX:
        return Likeness.OTHER
    same_text = _texts_agree(line.remittance, earlier.remittance) and not _differ(
        line.end_to_end_id, earlier.end_to_end_id
    )
    same_day = days <= FORM_DAYS_MAX if line.head.form != earlier.head.form else _is_same_day(line, earlier)
    if line.amount == earlier.amount and same_text and same_day:
        return Likeness.SAME
    return Likeness.DOUBTFUL


def _by_batch(line: BankLine, earlier: BankLine) -> Likeness:
    """A line that may be a part of what an earlier one told as a whole, or the other way round."""
    whole = earlier.amount == line.batch_total or line.amount == earlier.batch_total
    if whole and line.head.form != earlier.head.form and _is_same_day(line, earlier):
        return Likeness.DOUBTFUL
    return Likeness.OTHER


def _are_named_apart(line: BankLine, earlier: BankLine) -> bool:
    """Whether the bank gives them different names, in formats where the same booking would have the same."""
    if line.head.family != earlier.head.family:
        return False
    names = dict(name.split(":", 1) for name in line.bank_names)
    return any(kind in names for kind in dict(name.split(":", 1) for name in earlier.bank_names))


def _told_again(line: BankLine, earlier: BankLine) -> Likeness:
    """Two lines that say the same: whether their statements tell of the same bookings."""
    head, other = line.head, earlier.head
    if head.form != other.form or head.form == "csv" or _is_same_statement(head, other):
        return Likeness.SAME
    if head.opening is not None and other.opening is not None:
        if head.opening == other.opening:
            return Likeness.SAME  # the same statement, written again as it grew
        if head.opening == other.closing or head.closing == other.opening:
            return Likeness.OTHER  # one goes on where the other ended
    return Likeness.SAME if _spans_overlap(head, other, line.booked_on) else Likeness.DOUBTFUL


def _is_same_statement(head: StatementHead, other: StatementHead) -> bool:
    return bool(head.name) and head == other


def _spans_overlap(first_head: StatementHead, other: StatementHead, day: date) -> bool:
    """Whether both tell all of a day, and one of them of more days than that."""
    spans = {(head.first_day, head.last_day) for head in (first_head, other)}
    return len(spans) > 1 and all(first and last and first <= day <= last for first, last in spans)


def _is_same_day(line: BankLine, earlier: BankLine) -> bool:
    if line.head.form == earlier.head.form:
        return line.booked_on == earlier.booked_on
    apart = min(
        abs(day - other)
        for day in (line.booked_on, line.value_day or line.booked_on)
        for other in (earlier.booked_on, earlier.value_day or earlier.booked_on)
    )
    return apart <= (NO_TIME if line.is_dated and earlier.is_dated else FORM_DAYS_MAX)


def _differ(name: str, other: str) -> bool:
    return bool(name and other) and squeeze(name) != squeeze(other)


def _texts_agree(remittance: str, other: str) -> bool:
    """Whether one text may be the other, shortened or put in other words around the same numbers."""
    plain, plain_other = squeeze(remittance), squeeze(other)
    if not plain or not plain_other or plain in plain_other or plain_other in plain:
        return True
    numbers, numbers_other = set(NUMBER.findall(remittance)), set(NUMBER.findall(other))
    if numbers and numbers_other:
        return numbers <= numbers_other or numbers_other <= numbers
    tokens, tokens_other = (set(SEPARATOR.split(text.upper())) for text in (remittance, other))
    return tokens <= tokens_other or tokens_other <= tokens
