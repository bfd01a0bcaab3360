"""Bank statements as tables (CSV), as banks and mobile money write them: columns by heads, days and amounts by form.

What could be read in two ways is refused, never guessed: a day as 03/04/2026 where no line tells, an amount as 1.234.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_names import bank_names
from common.errors import InputError

HEADS = {  # of a line -> what banks call it, the surest first
    "day": "bookingdate booked buchungstag buchungsdatum buchung postingdate transactiondate completiontime date day"
    " datum valuedate valuta valutadatum",
    "amount": "amount betrag umsatz amountinaccountcurrency betrageur importe montant",
    "came_in": "paidin moneyin credit creditamount haben gutschrift deposit deposits received",
    "went_out": "withdrawn paidout moneyout debit debitamount soll belastung withdrawal withdrawals",
    "currency": "currency ccy wahrung waehrung",
    "payer": "payer payername beguenstigterzahlungspflichtiger begunstigterzahlungspflichtiger auftraggeber"
    " zahlungspflichtiger"
    " namezahlungsbeteiligter zahlungsbeteiligter counterparty otherpartyinfo sender from name",
    "text": "text details description verwendungszweck remittance remittanceinformation narrative memo purpose"
    " particulars",
    "more_text": "reference paymentreference customerreference kundenreferenz endtoendid",
    "bank_reference": "bankreference transactionid receiptno receipt",
    "payer_iban": "payeriban kontonummeriban ibanzahlungsbeteiligter iban kontonummer",
    "account": "account ouraccount auftragskonto ibanauftragskonto bezeichnungauftragskonto",
    "status": "transactionstatus status state info buchungsstatus",
    "direction": "sollhaben debitcredit cdtdbtind drcr crdr transactiontype type",
}
NEEDED = "a head line with day and amount (or money in), better also text, payer, currency, reference"
HEAD_WITHIN = 40  # lines of a preamble
ENCODINGS: tuple[str, ...] = ("utf-8-sig", "cp1252")
NOT_BOOKED = re.compile(r"pending|vorgemerkt|authori[sz]ed|declined|failed|cancel|rejected", re.IGNORECASE)
OUT = {"s", "soll", "d", "dr", "dbit", "debit"}
DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[ T].*)?")
NAMED_DAY = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{2,4})(?: .*)?")
MONTH_NAMES = "janfebmaraprmayjunjulaugsepoctnovdec"
MONTHS, CENTURY, TWO = 12, 100, 2
AMOUNT_LENGTH_MAX = 40
AMOUNT = re.compile(r"[+-]?[\d.,'\s]*\d[\d.,'\s]*-?")


def lines_of_table(content: bytes) -> list[BankLine]:
    """All movements of a table; a damaged one is refused whole, with the row that is wrong."""
    rows = _rows(_decoded(content))
    places, first = _head(rows)
    table = [(number, row) for number, row in enumerate(rows[first:], start=first + 1) if any(row)]
    cells = {name: [_cell(row, place) for _number, row in table] for name, place in places.items()}
    days = _days(cells["day"], [number for number, _row in table])
    style = _decimal_sign([*cells.get("amount", ()), *cells.get("came_in", ()), *cells.get("went_out", ())])
    lines = []
    for at, ((number, _row), day) in enumerate(zip(table, days, strict=True)):
        fields = {name: column[at] for name, column in cells.items()}
        is_booked = not NOT_BOOKED.search(fields.get("status", ""))
        money = _money(fields, style, number) if day and is_booked else None
        if day is not None and money is not None:
            lines.append(_line(day, money, fields))
    return lines


def _line(day: date, money: tuple[Decimal, str], fields: dict[str, str]) -> BankLine:
    """A movement; what stands in its columns of references names it, unless another row has that too."""
    amount, currency = money
    return BankLine(
        account=re.sub(r"\s", "", fields.get("account", "")), reference="", booked_on=day, amount=amount,
        currency=currency, remittance=" ".join(filter(None, (fields.get("text"), fields.get("more_text")))),
        payer=fields.get("payer", ""), payer_iban=fields.get("payer_iban", ""),
        bank_names=bank_names([("bank", fields.get("bank_reference", ""))]), head=StatementHead("csv"),
    )  # fmt: skip


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


def _head(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], int]:
    """Where the columns are, and the first row below their heads."""
    for number, row in enumerate(rows[:HEAD_WITHIN]):
        keys = [_key(cell) for cell in row]
        places = {
            name: keys.index(head)
            for name, heads in HEADS.items()
            for head in [next((head for head in heads.split() if head in keys), "")]
            if head
        }
        if "day" in places and ("amount" in places or "came_in" in places):
            return places, number + 1
    raise InputError(
        "no bank statement in it", hint=f"ask the bank for camt.053 or camt.054 files, MT940, or a table: {NEEDED}"
    )


def _key(head: str) -> str:
    plain = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)", "", head).casefold().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", plain)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _days(cells: Sequence[str], numbers: Sequence[int]) -> list[date | None]:
    """The day of each row; None for rows that are none: balances, sums."""
    slashed = [match for cell in cells if (match := DAY.fullmatch(cell)) and match[2] == "/" and len(match[1]) <= TWO]
    month_first = any(int(match[3]) > MONTHS for match in slashed)
    if slashed and month_first == any(int(match[1]) > MONTHS for match in slashed):
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
        if month_first and match[2] == "/":
            month, day = day, month
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
        cell = fields.get(name, "")
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
            return sign * value, currency or fields.get("currency", "").upper()
    return None
