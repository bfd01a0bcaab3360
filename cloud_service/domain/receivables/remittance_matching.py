"""Which invoices a bank transfer is for: by what the payer wrote, never by the payer's name alone.

The first rule that fits decides; what fits none is left for a person.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

TOKEN = re.compile(r"([A-Z]{1,8})[\s./_-]*((?:19|20)\d\d)[\s./_-]*(\d{3,9})(?!\d)")
SEPARATORS = re.compile(r"[^A-Z0-9]")
BETWEEN_WORDS = re.compile(r"[\s,;:()]+")
DIGIT = re.compile(r"\d")
COMMON_NUMBER = re.compile(r"\d{1,3}|(?:19|20)\d\d")  # of flats, days, months, years: names nothing alone
NAMED_NUMBER = re.compile(
    r"\b(?:RECHNUNG|RECHNUNGSNR|RG|RE|RNR|INVOICE|INV|BILL|FACTURE|FACTUUR|ACCOUNT|ACC|ACCT|KUNDE|KUNDENNR|KONTO|CLIENT"
    r"|CUSTOMER|KLANT|NR|NO)[\s.:#-]*(\d{1,4})\b"
)
ALL_NAMED, ALL_OPEN = "number and amount", "account and sum"  # rules by which nothing is left over
LONG_NUMBER = 6  # so many signs are no accident; a shorter number is one only with the exact amount


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is left of an invoice; `client` is the client's number, `account` the account's."""

    number: str
    account_id: int
    account: str
    client: str
    currency: str
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class RemittanceMatch:
    """A transfer for an account: how much of it is for which invoice; the rest is credit. `rule` says why."""

    account_id: int
    amounts: Mapping[str, Decimal]  # by invoice number
    rule: str

    @property
    def exact(self) -> bool:
        """Whether all bills that it names, or all of the account, are what it pays."""
        return self.rule in (ALL_NAMED, ALL_OPEN)


class OpenItems:
    """All open invoices, found by number, client and account however they are written."""

    def __init__(self, invoices: Iterable[OpenItem]) -> None:
        self._by_number: dict[str, list[OpenItem]] = {}
        self._by_name: dict[str, list[OpenItem]] = {}
        self._left: dict[tuple[int, str], Decimal] = {}
        for invoice in invoices:
            self._left[invoice.account_id, invoice.number] = invoice.outstanding
            self._by_number.setdefault(squeeze(invoice.number), []).append(invoice)
            for name in {squeeze(invoice.account), squeeze(invoice.client)}:
                self._by_name.setdefault(name, []).append(invoice)

    def match(self, amount: Decimal, currency: str, *texts: str) -> RemittanceMatch | None:
        """What a transfer of `amount` with these texts is for; None where nothing is certain."""
        invoices = self._invoices_named(currency, texts, _keys)
        if not invoices:
            invoices = self._invoices_named(currency, texts, _word_keys)
            invoices = invoices if _is_sure(invoices, amount) else []
        if not invoices:
            invoices = self._invoices_named(currency, texts, _broken_keys)
            invoices = invoices if sum(invoice.outstanding for invoice in invoices) == amount else []
        if len({invoice.account_id for invoice in invoices}) > 1:
            return None  # one transfer for two accounts: a person must divide it
        if invoices:
            return _by_number(invoices, amount)
        return self._by_account(amount, currency, texts)

    def take(self, match: RemittanceMatch) -> bool:
        """Keep the invoices of a match for its transfer; False, and nothing kept, where earlier ones took too much."""
        amounts = {(match.account_id, number): amount for number, amount in match.amounts.items()}
        if any(amount > self._left[key] for key, amount in amounts.items()):
            return False
        for key, amount in amounts.items():
            self._left[key] -= amount
        return True

    def _invoices_named(
        self, currency: str, texts: Sequence[str], keys_of: Callable[[str], Iterable[str]]
    ) -> list[OpenItem]:
        """Invoices whose number is written in a text; a number that two companies use fits none."""
        invoices: dict[str, OpenItem] = {}
        for text in texts:
            for key in keys_of(text):
                fitting = [invoice for invoice in self._by_number.get(key, ()) if invoice.currency == currency]
                if len(fitting) == 1:
                    invoices[key] = fitting[0]
        return list(invoices.values())

    def _by_account(self, amount: Decimal, currency: str, texts: Sequence[str]) -> RemittanceMatch | None:
        """A client's or account's number and an amount that settles one invoice, or all of them, exactly."""
        names = {name for text in texts for name in map(squeeze, text.split()) if name and not _is_common(name, text)}
        by_name = {name: self._by_name[name] for name in names if name in self._by_name}
        by_number = {
            invoice.number: invoice for group in by_name.values() for invoice in group if invoice.currency == currency
        }
        if len({invoice.account_id for invoice in by_number.values()}) != 1:
            return None
        invoices = list(by_number.values())
        if sum(invoice.outstanding for invoice in invoices) == amount:
            return RemittanceMatch(
                invoices[0].account_id, {invoice.number: invoice.outstanding for invoice in invoices}, ALL_OPEN
            )
        exact = [invoice for invoice in invoices if invoice.outstanding == amount]
        if len(exact) == 1:
            return RemittanceMatch(exact[0].account_id, {exact[0].number: amount}, "account and amount")
        return None


def _by_number(invoices: Sequence[OpenItem], amount: Decimal) -> RemittanceMatch:
    amounts: dict[str, Decimal] = {}
    rest = amount
    for invoice in invoices:
        taken = min(invoice.outstanding, rest)
        if taken > 0:
            amounts[invoice.number] = taken
            rest -= taken
    exact = sum(invoice.outstanding for invoice in invoices) == amount
    return RemittanceMatch(invoices[0].account_id, amounts, ALL_NAMED if exact else "number, other amount")


def _is_sure(invoices: Sequence[OpenItem], amount: Decimal) -> bool:
    """Whether words that look like numbers of bills are such: by the amount, or because no other word is like that."""
    exact = sum(invoice.outstanding for invoice in invoices) == amount
    return exact or all(len(squeeze(invoice.number)) >= LONG_NUMBER for invoice in invoices)


def _word_keys(text: str) -> list[str]:
    """Words, and two beside each other, with a digit: numbers of other systems have any form."""
    tokens = [word for word in BETWEEN_WORDS.split(text.upper()) if word]
    pairs = ["".join(pair) for pair in pairwise(tokens)]
    return [
        *dict.fromkeys(
            key for key in map(squeeze, [*pairs, *tokens]) if DIGIT.search(key) and not _is_common(key, text)
        )
    ]


def _is_common(number: str, text: str) -> bool:
    """Whether a number may be that of anything: short, or a year, and no word before it says what it is of."""
    return bool(COMMON_NUMBER.fullmatch(number)) and number not in NAMED_NUMBER.findall(text.upper())


def _keys(text: str) -> list[str]:
    """Everything in a text that is written like an invoice's number."""
    upper = text.upper()
    return [*dict.fromkeys(["".join(groups) for groups in TOKEN.findall(upper)] + [squeeze(upper)])]


def _broken_keys(text: str) -> list[str]:
    """The same where the bank broke the line inside the number, so that other words may stick to it.

    That is no proof alone: only an exact amount makes it one.
    """
    numbers = TOKEN.findall("".join(text.upper().split()))
    return [
        *dict.fromkeys(f"{series[at:]}{year}{number}" for series, year, number in numbers for at in range(len(series)))
    ]


@lru_cache(2**16)
def squeeze(text: str) -> str:
    """Letters and digits only, in capitals."""
    return SEPARATORS.sub("", text.upper())
