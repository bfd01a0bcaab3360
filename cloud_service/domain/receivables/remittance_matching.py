"""Which invoices a bank transfer is for: by what the payer wrote, never by the payer's name alone.

The first rule that fits decides; what fits none is left for a person.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

TOKEN = re.compile(r"([A-Z]{1,8})[\s./_-]*((?:19|20)\d\d)[\s./_-]*(\d{3,9})(?!\d)")
SEPARATORS = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is left of an invoice; `client` is the client's number, `account` the account's."""

    number: str
    account_id: int
    account: str
    client: str
    currency: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class RemittanceMatch:
    """A transfer for an account: how much of it is for which invoice; the rest is credit. `rule` says why."""

    account_id: int
    parts: Mapping[str, Decimal]
    rule: str


class OpenItems:
    """All open invoices, found by number, client and account however they are written."""

    def __init__(self, invoices: Iterable[OpenItem]) -> None:
        self._by_number: dict[str, list[OpenItem]] = {}
        self._by_name: dict[str, list[OpenItem]] = {}
        self._left: dict[tuple[int, str], Decimal] = {}
        for one in invoices:
            self._left[one.account_id, one.number] = one.left
            self._by_number.setdefault(squeeze(one.number), []).append(one)
            for name in {squeeze(one.account), squeeze(one.client)}:
                self._by_name.setdefault(name, []).append(one)

    def match(self, amount: Decimal, currency: str, *texts: str) -> RemittanceMatch | None:
        """What a transfer of `amount` with these texts is for; None where nothing is certain."""
        found = self._named(currency, texts, _keys)
        if not found:
            found = self._named(currency, texts, _broken_keys)
            found = found if sum(one.left for one in found) == amount else []
        if len({one.account_id for one in found}) > 1:
            return None  # one transfer for two accounts: a person must part it
        if found:
            return _by_number(found, amount)
        return self._by_account(amount, currency, texts)

    def take(self, match: RemittanceMatch) -> bool:
        """Keep the invoices of a match for its transfer; False, and nothing kept, where earlier ones took too much."""
        parts = {(match.account_id, number): part for number, part in match.parts.items()}
        if any(part > self._left[key] for key, part in parts.items()):
            return False
        for key, part in parts.items():
            self._left[key] -= part
        return True

    def _named(self, currency: str, texts: Sequence[str], keys_of: Callable[[str], Iterable[str]]) -> list[OpenItem]:
        """Invoices whose number is written in a text; a number that two companies use fits none."""
        found: dict[str, OpenItem] = {}
        for text in texts:
            for key in keys_of(text):
                known = [one for one in self._by_number.get(key, ()) if one.currency == currency]
                if len(known) == 1:
                    found[key] = known[0]
        return list(found.values())

    def _by_account(self, amount: Decimal, currency: str, texts: Sequence[str]) -> RemittanceMatch | None:
        """A client's or account's number and an amount that settles one invoice, or all of them, exactly."""
        words = {squeeze(word) for text in texts for word in text.split()}
        known = {word: self._by_name[word] for word in words if word in self._by_name}
        open_here = {one.number: one for group in known.values() for one in group if one.currency == currency}
        if len({one.account_id for one in open_here.values()}) != 1:
            return None
        items = list(open_here.values())
        if sum(one.left for one in items) == amount:
            return RemittanceMatch(items[0].account_id, {one.number: one.left for one in items}, "account and sum")
        exact = [one for one in items if one.left == amount]
        if len(exact) == 1:
            return RemittanceMatch(exact[0].account_id, {exact[0].number: amount}, "account and amount")
        return None


def _by_number(found: Sequence[OpenItem], amount: Decimal) -> RemittanceMatch:
    parts: dict[str, Decimal] = {}
    rest = amount
    for one in found:
        part = min(one.left, rest)
        if part > 0:
            parts[one.number] = part
            rest -= part
    exact = sum(one.left for one in found) == amount
    return RemittanceMatch(found[0].account_id, parts, "number and amount" if exact else "number, other amount")


def _keys(text: str) -> list[str]:
    """Everything in a text that is written like an invoice's number."""
    upper = text.upper()
    return [*dict.fromkeys(["".join(found) for found in TOKEN.findall(upper)] + [squeeze(upper)])]


def _broken_keys(text: str) -> list[str]:
    """The same where the bank broke the line inside the number, so that other words may stick to it.

    That is no proof alone: only an exact amount makes it one.
    """
    found = TOKEN.findall("".join(text.upper().split()))
    return [*dict.fromkeys(f"{word[at:]}{year}{number}" for word, year, number in found for at in range(len(word)))]


def squeeze(text: str) -> str:
    """Letters and digits only, in capitals."""
    return SEPARATORS.sub("", text.upper())
