"""Bank statements as plain lines: ISO 20022 (camt.053, camt.054, any version), or tables; a damaged file is refused."""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from cloud_service.payments.bank_csv import lines_of_table
from cloud_service.payments.bank_line import BankLine
from common.errors import InputError, at_field

STATEMENTS = ("Stmt", "Ntfctn")
HEAD_BYTES = 4096
WANTED = "ask the bank for camt.053 or camt.054 files"


def read_statement(path: Path) -> list[BankLine]:
    """All booked movements of the file at a path; its errors name it."""
    with at_field(str(path)):
        try:
            with path.open("rb") as file:
                return read_lines(file)
        except OSError as error:
            raise InputError(f"cannot read: {error.strerror}") from error


def read_lines(file: BinaryIO) -> list[BankLine]:
    """All booked movements of a file, batches taken apart into their payments; what is no XML is a table."""
    head = file.read(HEAD_BYTES)
    if not head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<"):
        return lines_of_table(head + file.read())
    if b"<!DOCTYPE" in head:
        raise InputError("a document type has no place in a bank statement", hint=WANTED)
    file.seek(0)
    try:
        lines = list(_lines(file))
    except etree.XMLSyntaxError as error:
        raise InputError(f"not a whole XML file: {error.msg}", hint=WANTED) from error
    if not lines:
        raise InputError("no bank statement in it", hint=WANTED)
    return [line for line in lines if line is not None]


def _lines(file: BinaryIO) -> Iterator[BankLine | None]:
    """The lines; None for the end of a statement, which may be empty."""
    account, bookings = "", 0
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    for _, node in etree.iterparse(file, events=("end",), **safe):
        name = _name(node)
        if name == "Acct" and _name(node.getparent()) in STATEMENTS:
            account = _text(node, "Id/IBAN") or _text(node, "Id/Othr/Id")
        elif name == "Ntry":
            bookings += 1
            try:
                yield from list(_entry(node, account))
            except ValueError as error:
                raise InputError(f"its booking no. {bookings} cannot be read: {error}", hint=WANTED) from error
            node.clear()
        elif name in STATEMENTS:
            yield None


def _entry(node: Any, account: str) -> Iterator[BankLine]:
    """A booking; one with several payments inside gives one line each, which must sum to it."""
    if (_text(node, "Sts/Cd") or _text(node, "Sts") or "BOOK") != "BOOK":
        return  # pending: it will come again when it is booked
    sign = 1 if _text(node, "CdtDbtInd") == "CRDT" else -1
    day = date.fromisoformat((_text(node, "BookgDt/Dt") or _text(node, "BookgDt/DtTm") or _text(node, "ValDt/Dt"))[:10])
    whole = _amount(node, "Amt")
    name = _text(node, "AcctSvcrRef") or _text(node, "NtryRef") or _fingerprint(node)
    details = list(_all(node, "NtryDtls/TxDtls"))
    amounts = [_own_amount(detail, whole if len(details) == 1 else None) for detail in details]
    opaque = sum(amount[0] for amount in amounts) != whole[0]
    if len(details) < 2 or opaque:  # noqa: PLR2004 - one payment, or a batch that does not say its parts
        details, amounts = details[:1] if len(details) == 1 else [node], [whole]
    for number, (detail, (amount, currency)) in enumerate(zip(details, amounts, strict=True), start=1):
        name_of_part = _text(detail, "Refs/AcctSvcrRef") or (f"{name}/{number}" if len(details) > 1 else name)
        yield BankLine(
            account=account,
            reference=f"{account}:{day}:{name_of_part}",
            booked_on=day,
            amount=sign * amount,
            currency=currency,
            remittance=_remittance(detail),
            end_to_end_id=_end_to_end(detail),
            payer=_text(detail, "RltdPties/Dbtr/Nm") or _text(detail, "RltdPties/Dbtr/Pty/Nm"),
            payer_iban=_text(detail, "RltdPties/DbtrAcct/Id/IBAN"),
            reversal=_text(node, "RvslInd") == "true" or bool(_text(detail, "RtrInf/Rsn/Cd")),
        )


def _remittance(detail: Any) -> str:
    texts = [node.text or "" for node in _all(detail, "RmtInf/Ustrd")]
    texts += [node.text or "" for node in _all(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
    return " ".join(" ".join(texts).split())


def _end_to_end(detail: Any) -> str:
    identification = _text(detail, "Refs/EndToEndId")
    return "" if identification == "NOTPROVIDED" else identification


def _own_amount(detail: Any, whole: tuple[Decimal, str] | None) -> tuple[Decimal, str]:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        if next(_all(detail, path), None) is not None:
            return _amount(detail, path)
    if whole is not None:
        return whole
    return Decimal(0), ""


def _amount(node: Any, path: str) -> tuple[Decimal, str]:
    element = next(_all(node, path), None)
    if element is None:
        raise ValueError("it has no amount")
    try:
        amount = Decimal((element.text or "").strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{element.text!r} is no amount")
    return amount, str(element.get("Ccy") or "")


def _fingerprint(node: Any) -> str:
    """A name for a booking that has none: the same file again gives the same."""
    return hashlib.sha256(etree.tostring(node, method="c14n")).hexdigest()[:24]


def _text(node: Any, path: str) -> str:
    element = next(_all(node, path), None)
    return (element.text or "").strip() if element is not None else ""


def _all(node: Any, path: str) -> Iterator[Any]:
    """Children along a path, whatever their namespace."""
    head, _, rest = path.partition("/")
    for child in node:
        if _name(child) == head:
            if rest:
                yield from _all(child, rest)
            else:
                yield child


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2] if node is not None else ""
