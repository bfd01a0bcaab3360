"""Bank statements as tables (CSV), as banks and mobile money write them: columns by heads, days and amounts by form.

What could be read in two ways is refused, never guessed: a day as 03/04/2026 where no line tells, an amount as 1.234.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_names import bank_names
from cloud_service.payments.bank_table_heads import NEEDED, TableHead, cell_of, table_head
from common.errors import InputError

ENCODINGS: tuple[str, ...] = ("utf-8-sig", "cp1252")
NOT_BOOKED = re.compile(r"pending|vorgemerkt|authori[sz]ed|declined|failed|cancel|rejected|reverted", re.IGNORECASE)
OUT = {"s", "soll", "d", "dr", "dbit", "debit", "af", "out", "outgoing", "ausgang", "withdrawal"}
RETURNED = re.compile(
    r"r(?:ü|ue)ck(?:last|buch|ruf|gabe)|retour|storn|revers|charge\s?back|bounced|dishono|unpaid|rejet|impay|terugboek"
    r"|returned|return[ _-]?(?:item|dd|debit|ach|chq|cheque|check|payment)"
    r"|(?:item|dd|debit|ach|chq|cheque|check|payment)[ _-]?return",
    re.IGNORECASE,
)  # what banks say where a payment went back
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "KSh": "KES", "Ksh": "KES", "Rs.": "INR"}
DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[ T].*)?")
PLAIN_DAY = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
NAMED_DAY = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4})(?: .*)?")
MONTH_BEFORE = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}),? (\d{4})(?:,? .*)?")
MONTH_NAMES = "janfebmaraprmayjunjulaugsepoctnovdec"
MONTHS, CENTURY, TWO = 12, 100, 2
AMOUNT_LENGTH_MAX = 40
AMOUNT = re.compile(r"[+-]?[\d.,'’\s]*\d[\d.,'’\s]*-?")


def lines_of_table(content: bytes) -> list[BankLine]:
    """All movements of a table; a damaged one is refused whole, with the row that is wrong."""
    rows = _rows(_decoded(content))
    head = table_head(rows)
    table = [(number, row) for number, row in enumerate(rows[head.below :], start=head.below + 1) if any(row)]
    cells = {name: [cell_of(row, place) for _number, row in table] for name, place in head.places.items()}
    days = _days(cells["day"], [number for number, _row in table])
    style = _decimal_sign([*cells.get("amount", ()), *cells.get("came_in", ()), *cells.get("went_out", ())])
    lines = []
    for at, ((number, row), day) in enumerate(zip(table, days, strict=True)):
        fields = {name: column[at] for name, column in cells.items()}
        is_booked = not NOT_BOOKED.search(fields.get("status", ""))
        money = _money(fields, style, number) if day and is_booked else None
        if day is not None and money is not None:
            lines.append(_line(day, (money[0], money[1] or head.currency), fields, head, row))
    return lines


def _line(
    day: date, money: tuple[Decimal, str], fields: dict[str, str], head: TableHead, row: Sequence[str]
) -> BankLine:
    """A movement; what stands in its columns of references names it, unless another row has that too."""
    amount, currency = money
    remittance = head.text(row, fields.get("more_text", ""))
    description = f"{head.kind(row)} {remittance} {fields.get('return_reason', '')}"
    returned = amount < 0 and bool(fields.get("return_reason") or RETURNED.search(description))
    return BankLine(
        account=re.sub(r"\s", "", fields.get("account", "")) or head.account, reference="", booked_on=day,
        amount=amount, currency=currency, remittance=remittance,
        payer=fields.get("payer", ""), payer_iban=fields.get("payer_iban", ""),
        bank_names=bank_names([("bank", fields.get("bank_reference", ""))]), head=StatementHead("csv"),
        reversal=returned, mandate=fields.get("mandate", ""),
        returned_names=bank_names([("bank", fields.get("linked", ""))]) if returned else (),
        returned_amount=_original(fields.get("original", ""), amount) if returned else None,
    )  # fmt: skip


def _currency(cell: str) -> str:
    code = SIGNS.get(cell, cell.upper())
    return code if re.fullmatch("[A-Z]{3}", code) else ""


def _original(cell: str, amount: Decimal) -> Decimal | None:
    """What a returned payment had been, where the bank took its charges with it."""
    if not re.fullmatch(r"\d+[.,]\d\d", cell):
        return None
    original = Decimal(cell.replace(",", "."))
    return original if 0 < original < abs(amount) else None


def _decoded(content: bytes) -> str:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("neither UTF-8 nor Windows text", hint="save it as CSV, UTF-8")


def _rows(text: str) -> list[list[str]]:
    delimiter = max(";,\t", key=text[:20_000].count)
    try:
        return [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise InputError(f"no table: {error}", hint=NEEDED) from None


def _days(cells: Sequence[str], numbers: Sequence[int]) -> list[date | None]:
    """The day of each row; None for rows that are none: balances, sums."""
    undotted = [match for cell in cells if (match := DAY.fullmatch(cell)) and match[2] != "." and len(match[1]) <= TWO]
    month_first = any(int(match[3]) > MONTHS for match in undotted)
    slashed = [match for match in undotted if match[2] == "/" or month_first]
    if slashed and month_first == any(int(match[1]) > MONTHS for match in undotted):
        raise InputError(f"{slashed[0][0]} may be two days", path="day", hint="let the bank write 2026-11-30")
    return [_day(cell, number, month_first=month_first) for cell, number in zip(cells, numbers, strict=True)]


def _day(cell: str, number: int, *, month_first: bool) -> date | None:
    if not any(sign.isdigit() for sign in cell):
        return None  # "Total", "Closing balance", nothing
    if with_month_name := NAMED_DAY.fullmatch(cell):
        year, month, day = (
            int(with_month_name[3]),
            MONTH_NAMES.find(with_month_name[2].casefold()) // 3 + 1,
            int(with_month_name[1]),
        )
    elif match := DAY.fullmatch(cell):
        first, second, last = int(match[1]), int(match[3]), int(match[4])
        year, month, day = (first, second, last) if len(match[1]) > TWO else (last, second, first)
        if month_first and match[2] != "." and len(match[1]) <= TWO:
            month, day = day, month
    elif match := PLAIN_DAY.fullmatch(cell):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := MONTH_BEFORE.fullmatch(cell):
        year, month, day = int(match[3]), MONTH_NAMES.find(match[1].casefold()) // 3 + 1, int(match[2])
    else:
        year = month = day = 0
    try:
        return date(year if year >= CENTURY else 2000 + year, month, day)
    except ValueError:
        raise InputError(f"row {number}: {cell!r} is no day", path="day", hint="for example 2026-11-30") from None


def _decimal_sign(cells: Sequence[str]) -> str:
    """The sign before decimals, by the amounts that tell it."""
    signs: set[str] = set()
    doubtful = ""
    for cell in cells:
        numeral = re.sub(r"[^\d.,]", "", cell)
        if match := re.search(r"([.,])\d{1,2}$", numeral):
            signs.add(match[1])
        elif match := re.search(r"([.,])\d{3}$", numeral):
            doubtful = doubtful or cell
    if len(signs) > 1 or (doubtful and not signs):
        cell = doubtful or "an amount"
        raise InputError(f"{cell!r} may be two amounts", path="amount", hint="let the bank write two decimals, one way")
    return signs.pop() if signs else "."


def _money(fields: dict[str, str], decimal_sign: str, number: int) -> tuple[Decimal, str] | None:
    """What came in (or, negative, went out) and its currency; None in a row without an amount."""
    for name, sign in (("amount", 1), ("came_in", 1), ("went_out", -1)):
        cell = fields.get(name, "").replace("$", "")
        for mark, code in SIGNS.items():
            cell = cell.replace(mark, code)
        currency = "".join(re.findall(r"[A-Z]{3}", cell))
        numeral = re.sub(r"[A-Z]{3}", "", cell).strip()
        if not numeral:
            continue
        if numeral.startswith("(") and numeral.endswith(")"):
            numeral = f"-{numeral[1:-1]}"
        if len(numeral) > AMOUNT_LENGTH_MAX or not AMOUNT.fullmatch(numeral):
            raise InputError(f"row {number}: {cell!r} is no amount", path="amount")
        minus = numeral.startswith("-") or numeral.endswith("-")
        digits = re.sub(r"[^\d.,]", "", numeral).replace(",."[decimal_sign == ","], "").replace(",", ".")
        value = Decimal(digits) * (-1 if minus else 1)
        if name == "amount" and fields.get("direction", "").casefold() in OUT:
            value = -abs(value)
        if name == "went_out":
            value = abs(value)
        if value or name == "amount":
            return sign * value, currency or _currency(fields.get("currency", ""))
    return None
