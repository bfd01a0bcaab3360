"""What movements on a bank account are called: by names of the bank's that are theirs alone, else by what they say.

Banks fill a reference with words that mean none, count anew in every statement, or give all payments of a batch one
name. Such a name tells nothing apart and is dropped.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cloud_service.domain.receivables.bank_line import BankLine

NO_NAMES = frozenset(
    "NONREF NOREF NOTPROVIDED NOTAVAILABLE NONE NOTGIVEN NULL NIL NA NV UNKNOWN UNDEFINED EMPTY KEINE KEINEREFERENZ"  # noqa: SIM905 - a list of words reads best as words
    " NOREFERENCE NOTSPECIFIED STARTUMS STARTUMSE UNBEKANNT".split()
)
COUNTER = re.compile(r"\d{0,4}|(.)\1*")  # 1, 0002, 000000, XXXX: every statement has one of these
SIGNS = re.compile(r"[\W_]", re.UNICODE)


def is_name(text: str) -> bool:
    """Whether a reference of a bank or payer names anything."""
    plain = SIGNS.sub("", text).upper()
    return plain not in NO_NAMES and not COUNTER.fullmatch(plain)


def bank_names(kinds: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names among what a bank wrote in its fields of names (kind, text), without words that mean none."""
    return tuple(dict.fromkeys(f"{kind}:{' '.join(text.split())}" for kind, text in kinds if is_name(text)))


def named(lines: Sequence[BankLine]) -> list[BankLine]:
    """The lines of a file with their references: names that a statement gives to several payments are dropped before.

    A charge that has the name of its payment takes nothing from it.
    """
    uses = Counter((line.head.place, line.amount > 0, name) for line in lines for name in line.bank_names)
    seen: Counter[str] = Counter()
    result = []
    for line in lines:
        names = tuple(name for name in line.bank_names if uses[line.head.place, line.amount > 0, name] == 1)
        base = base_reference(replace(line, bank_names=names))
        seen[base] += 1
        result.append(replace(line, bank_names=names, reference=numbered(base, seen[base])))
    return result


def base_reference(line: BankLine) -> str:
    """Account, day, and the bank's name or a digest of what the line says."""
    if line.bank_names:
        name = line.bank_names[0].partition(":")[2]
    else:
        parts = (
            format(line.amount, "f"), line.currency, line.remittance, line.end_to_end_id, line.payer, line.payer_iban,
        )  # fmt: skip
        name = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
    return f"{line.account}:{line.booked_on}:{name}"


def numbered(base: str, number: int) -> str:
    """The reference of the first, second … line that is called the same."""
    return base if number == 1 else f"{base}-{number}"
