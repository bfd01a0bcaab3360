"""How countries write a bank account: its parts, the form of each, and their check digits where they have some."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from common.errors import InputError

IBAN_CHARACTERS = (15, 34)
ABA_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)
PART_LENGTH_MAX = 80
FREE_LINES_MAX = 6
SEPARATORS = re.compile(r"[\s\-./]+")


class AccountParts(Protocol):
    """What an account is made of; each scheme has some of these parts, the others are empty."""

    @property
    def scheme(self) -> str:
        """A key of SCHEMES."""

    @property
    def iban(self) -> str:
        """International number."""

    @property
    def bic(self) -> str:
        """Of the bank, for payers abroad."""

    @property
    def bank_code(self) -> str:
        """Of the bank: routing number, sort code, IFSC, BSB, paybill."""

    @property
    def branch_code(self) -> str:
        """Of the bank."""

    @property
    def account_number(self) -> str:
        """National number."""

    @property
    def bank_name(self) -> str:
        """Printed above the numbers."""

    @property
    def free_lines(self) -> str:
        """As written on a cheque."""


@dataclass(frozen=True, slots=True)
class AccountPart:
    """One part: `field` is where it is kept, `word` how it is called, `form` what it looks like, for people."""

    field: str
    word: str
    pattern: str
    form: str
    required: bool = True
    valid: Callable[[str], bool] | None = None
    group_size: int = 0
    group_sign: str = ""

    def printed(self, value: str) -> str:
        """The value in the groups in which people read it."""
        if not self.group_size:
            return value
        return self.group_sign.join(value[at : at + self.group_size] for at in range(0, len(value), self.group_size))


def valid_iban(iban: str) -> bool:
    """Whether the two check digits of an IBAN are right (ISO 13616, remainder 1 modulo 97)."""
    text = iban.replace(" ", "").upper()
    if not (IBAN_CHARACTERS[0] <= len(text) <= IBAN_CHARACTERS[1] and text.isascii() and text.isalnum()):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def valid_routing_number(number: str) -> bool:
    """Whether the check digit of an American routing number is right (weights 3, 7, 1, remainder 0 modulo 10)."""
    return sum(weight * int(digit) for weight, digit in zip(ABA_WEIGHTS, number, strict=True)) % 10 == 0


BIC = AccountPart("bic", "bic", "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", "8 or 11 letters and digits", required=False)
SCHEMES: Mapping[str, tuple[AccountPart, ...]] = MappingProxyType(
    {
        "iban": (
            AccountPart(
                "iban", "iban", "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", "a country, two check digits and the account",
                valid=valid_iban, group_size=4, group_sign="\u00a0",
            ),
            BIC,
        ),
        "us": (
            AccountPart("bank_code", "routing_number", "[0-9]{9}", "nine digits", valid=valid_routing_number),
            AccountPart("account_number", "account_number", "[0-9]{4,17}", "4 to 17 digits"),
            BIC,
        ),
        "uk": (
            AccountPart("bank_code", "sort_code", "[0-9]{6}", "six digits", group_size=2, group_sign="-"),
            AccountPart("account_number", "account_number", "[0-9]{8}", "eight digits, zeros in front"),
            BIC,
        ),
        "in": (
            AccountPart("bank_code", "ifsc", "[A-Z]{4}0[A-Z0-9]{6}", "four letters, a zero, six letters or digits"),
            AccountPart("account_number", "account_number", "[0-9]{9,18}", "9 to 18 digits"),
            BIC,
        ),
        "ke": (
            AccountPart("bank_code", "bank_code", "[0-9]{2}", "two digits"),
            AccountPart("branch_code", "branch_code", "[0-9]{3}", "three digits"),
            AccountPart("account_number", "account_number", "[0-9]{6,16}", "6 to 16 digits"),
            BIC,
        ),
        "ke_paybill": (
            AccountPart("bank_code", "paybill", "[0-9]{5,7}", "5 to 7 digits"),
            AccountPart("account_number", "paybill_account", "[A-Z0-9]{1,20}", "letters and digits", required=False),
        ),
        "au": (
            AccountPart("bank_code", "bsb", "[0-9]{6}", "six digits", group_size=3, group_sign="-"),
            AccountPart("account_number", "account_number", "[0-9]{4,9}", "4 to 9 digits"),
            BIC,
        ),
        "free": (),
    }
)  # fmt: skip
PARTS = ("iban", "bic", "bank_code", "branch_code", "account_number")


def scheme_parts(scheme: str) -> tuple[AccountPart, ...]:
    """The parts of a scheme, or InputError with the schemes there are."""
    if scheme not in SCHEMES:
        raise InputError(f"{scheme!r} is no way to write an account", path="scheme", hint=", ".join(SCHEMES))
    return SCHEMES[scheme]


def checked_parts(account: AccountParts) -> dict[str, str]:
    """All parts as they are kept: no spaces or hyphens, in capitals. InputError names what is wrong, and where."""
    parts = {account_part.field: account_part for account_part in scheme_parts(account.scheme)}
    for field in PARTS:
        if getattr(account, field) and field not in parts:
            raise InputError(f"an account of the kind {account.scheme!r} has none", path=field)
    codes = {name: _checked(account_part, getattr(account, name)) for name, account_part in parts.items()}
    lines = [" ".join(line.split()) for line in account.free_lines.splitlines() if line.strip()]
    _check_lines(account.scheme, lines)
    bank_name = " ".join(account.bank_name.split())
    return {"scheme": account.scheme} | dict.fromkeys(PARTS, "") | codes | {
        "bank_name": bank_name, "free_lines": "\n".join(lines),
    }  # fmt: skip


def _checked(account_part: AccountPart, typed: str) -> str:
    value = SEPARATORS.sub("", typed).upper()
    name = account_part.word.replace("_", " ")
    if not value and not account_part.required:
        return ""
    if not value:
        raise InputError(f"the {name} is missing", path=account_part.field, hint=account_part.form)
    if not re.fullmatch(account_part.pattern, value):
        raise InputError(f"{typed!r} is no {name}", path=account_part.field, hint=account_part.form)
    if account_part.valid is not None and not account_part.valid(value):
        raise InputError(f"{typed!r} is no {name}: its check digits do not fit", path=account_part.field)
    return value


def _check_lines(scheme: str, lines: list[str]) -> None:
    if scheme == "free" and not lines:
        raise InputError("say where the money goes", path="free_lines", hint="as it is written on a cheque")
    if scheme != "free" and lines:
        raise InputError("free lines are a kind of account of their own", path="free_lines", hint="scheme free")
    if len(lines) > FREE_LINES_MAX or any(len(line) > PART_LENGTH_MAX for line in lines):
        raise InputError(f"at most {FREE_LINES_MAX} lines of {PART_LENGTH_MAX} characters", path="free_lines")


def printed_parts(account: AccountParts) -> list[tuple[str, str]]:
    """What is printed of an account, as (word, value); free lines have the word of the first one only."""
    bank_line = [("bank_name", account.bank_name)] if account.bank_name else []
    parts = [
        (account_part.word, account_part.printed("".join(getattr(account, account_part.field).split())))
        for account_part in SCHEMES.get(account.scheme, ())
    ]
    lines = [("" if at else "free_lines", line) for at, line in enumerate(account.free_lines.splitlines())]
    return bank_line + [(word, value) for word, value in parts + lines if value]


def account_id(account: AccountParts) -> str:
    """The account in one text, as machines compare it: the IBAN, or bank, branch and number; "" for free lines."""
    return account.iban or account.bank_code + account.branch_code + account.account_number
