"""Bank statements of SWIFT as plain lines: MT940, and MT942 during the day. The library `mt-940` takes them apart."""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import mt940
from mt940.models import Transactions
from mt940.options import Options

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_names import bank_names, is_name
from common.errors import InputError

HINT = "ask the bank for MT940 or camt.053 files"
STATEMENT = re.compile(rb"(?m)^:20:")
ENCODINGS = ("utf-8-sig", "cp1252", "cp852")
OPENINGS = ("final_opening_balance", "opening_balance", "intermediate_opening_balance")
CLOSINGS = ("final_closing_balance", "closing_balance", "intermediate_closing_balance")
RETURN_CODES = ("108", "109", "159")  # of German banks, at the front of :86:
RETURN_TYPE = "NRTI"  # of :61:, a returned item
IBAN_WITH_CURRENCY = re.compile(r"([A-Z]{2}\d{2}[A-Z0-9]{11,28}\d)[A-Z]{3}")
TAGGED = re.compile(r"/(RTRN|REMI|EREF|NAME|IBAN|TRTP|BIC|ORDP|BENM|CSID|MARF|ISDT|TRCD|BUSP|ADDR|CNTP|ID|USTD|STRD)/")
ORIGINAL = re.compile(r"/OCMT/[A-Z]{3}(\d+,\d*)")  # what it was before the bank's charges
LINE_LENGTH = 60  # a line of :86: that is so long was broken inside a word


def is_mt940(content: bytes) -> bool:
    """Whether a file holds statements of this kind."""
    return bool(STATEMENT.search(content)) and (b":61:" in content or b":60" in content)


def mt940_lines(content: bytes) -> list[BankLine]:
    """All movements of a file; a damaged one is refused whole."""
    try:
        statements = mt940.parse_statements(io.StringIO(_decoded(content)), options=Options.all())
        return [line for place, statement in enumerate(statements) for line in _lines(statement, place)]
    except (RuntimeError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"a damaged MT940 statement: {reason[:200]}", hint=HINT) from error


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise InputError("neither UTF-8 nor Windows text", hint=HINT)


def _lines(statement: Transactions, place: int) -> Iterator[BankLine]:
    head, account = _head(statement, place), _account(statement)
    if head.opening is not None and head.closing is None:
        raise InputError(f"statement {head.name} ends before its closing balance", hint=HINT)
    for row in statement:
        if "amount" in row.data:
            yield _line(row.data, account, head, statement.currency or "")


def _head(statement: Transactions, place: int) -> StatementHead:
    data = statement.data
    name = "/".join(str(data[key]) for key in ("statement_number", "sequence_number") if data.get(key))
    opening, closing = _balance(data, OPENINGS), _balance(data, CLOSINGS)
    form = "mt940" if opening is not None or closing is not None else "mt942"
    return StatementHead(
        form, name, str(data.get("transaction_reference") or ""), opening=opening, closing=closing, place=place
    )


def _balance(data: Mapping[str, Any], keys: tuple[str, ...]) -> Decimal | None:
    balance = next((data[key] for key in keys if data.get(key) is not None), None)
    return Decimal(balance.amount.amount) if balance is not None else None


def _account(statement: Transactions) -> str:
    account = re.sub(r"\s", "", str(statement.data.get("account_identification") or ""))
    with_currency = IBAN_WITH_CURRENCY.fullmatch(account)
    return with_currency[1] if with_currency else account


def _line(data: Mapping[str, Any], account: str, head: StatementHead, currency: str) -> BankLine:
    value_day = _date(data["date"])
    own = _by_tags(_unbroken(str(data.get("transaction_details") or "")))
    texts = [own.get("text"), *(data.get(key) for key in ("purpose", "additional_purpose", "return_debit_notes"))]
    remittance = " ".join(" ".join(str(text) for text in texts if text).split())
    end_to_end = str(data.get("end_to_end_reference") or own.get("EREF") or "").strip(" /")
    amount, returned = Decimal(data["amount"].amount), _is_return(data, own)
    return BankLine(
        account=account, reference="",
        booked_on=_date(data.get("entry_date")) if data.get("entry_date") else value_day,
        amount=amount, currency=str(data["amount"].currency or currency or ""),
        remittance=remittance or str(data.get("extra_details") or "").strip(),
        end_to_end_id=end_to_end if is_name(end_to_end) else "",
        payer=str(data.get("applicant_name") or own.get("NAME") or "").strip(),
        payer_iban=str(data.get("gvc_applicant_iban") or data.get("applicant_iban") or own.get("IBAN") or "").strip(),
        reversal=returned, returned_amount=_original(data, amount) if returned else None,
        mandate=str(data.get("additional_position_reference") or own.get("MARF") or "").strip(" /"),
        value_day=value_day, bank_names=bank_names([("bank", str(data.get("bank_reference") or "").strip())]),
        head=head,
    )  # fmt: skip


def _is_return(data: Mapping[str, Any], own: Mapping[str, str]) -> bool:
    """Whether a payment came back, by any of the marks that banks have for it."""
    is_marked = str(data.get("status") or "").upper().startswith("R") or data.get("id") == RETURN_TYPE
    return is_marked or "RTRN" in own or str(data.get("transaction_code") or "")[:3] in RETURN_CODES


def _original(data: Mapping[str, Any], amount: Decimal) -> Decimal | None:
    """What a returned payment had been, where the bank took its charges with it."""
    stated = ORIGINAL.search(str(data.get("extra_details") or ""))
    text = stated[1] if stated else str(data.get("original_amount") or "").strip()
    if not re.fullmatch(r"\d+,\d*", text):
        return None
    original = Decimal(text.replace(",", "."))
    return original if 0 < original < abs(amount) else None


def _date(day: Any) -> date:
    return date(day.year, day.month, day.day)


def _unbroken(text: str) -> str:
    """The lines of :86: as one text; the bank breaks them wherever they are full."""
    return "".join(
        line if len(line) >= LINE_LENGTH else f"{line} " for line in map(str.strip, text.splitlines())
    ).strip()


def _by_tags(details: str) -> dict[str, str]:
    """What stands behind /REMI/, /NAME/ … as Dutch banks write it; `text` is the remittance, or all without tags."""
    pieces = TAGGED.split(details)
    if len(pieces) == 1:
        return {"text": details}
    by_tag = {tag: text.strip() for tag, text in zip(pieces[1::2], pieces[2::2], strict=True) if text.strip()}
    return by_tag | {"text": by_tag.get("USTD") or by_tag.get("STRD") or by_tag.get("REMI") or pieces[0].strip()}
