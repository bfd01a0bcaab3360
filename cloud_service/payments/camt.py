"""Bank statements of ISO 20022 as plain lines: camt.052, camt.053, camt.054, of any version."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from lxml import etree

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_names import bank_names, is_name
from cloud_service.payments.xml_paths import children, name_of, text_at
from common.errors import InputError

FORMS = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}
WANTED = "ask the bank for camt.053 or camt.054 files"
AMOUNT = re.compile(r"\+?[0-9]{1,18}(\.[0-9]{1,5})?")
RETURNS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "ARET"})  # sub-families of bank transactions
RETURN_CODES = re.compile(r"(?:^|\+)(?:108|109|159)(?:\+|$)")  # of German banks
DAYS_OF_DETAIL = ("IntrBkSttlmDt", "AccptncDtTm", "TradDt", "TxDtTm", "TradActvtyCtrctlSttlmDt")
OPENINGS, CLOSINGS = ("OPBD", "PRCD"), ("CLBD",)


@dataclass(slots=True)
class _Statement:
    """What is known of the statement that is being read."""

    head: StatementHead = field(default_factory=StatementHead)
    account: str = ""
    file_written: str = ""


def camt_lines(file: BinaryIO) -> Iterator[BankLine | None]:
    """The booked lines; None for the end of a statement, which may be empty."""
    now, bookings, statements = _Statement(), 0, 0
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    for event, node in etree.iterparse(file, events=("start", "end"), **safe):
        name, above = name_of(node), name_of(node.getparent())
        if event == "start":
            if name in FORMS:
                now = _Statement(StatementHead(FORMS[name], place=statements), file_written=now.file_written)
            continue
        if name == "CreDtTm" and above == "GrpHdr":
            now.file_written = (node.text or "").strip()
        elif name in FORMS:
            statements += 1
            yield None
        elif above in FORMS and name != "Ntry":
            _note(now, name, node)
        elif name == "Ntry":
            bookings += 1
            try:
                yield from list(_entry(node, now))
            except ValueError as error:
                raise InputError(f"its booking no. {bookings} cannot be read: {error}", hint=WANTED) from error
            node.clear()


def _note(now: _Statement, name: str, node: Any) -> None:
    """Keep what stands before the bookings of a statement."""
    if name == "Acct":
        now.account = text_at(node, "Id/IBAN") or text_at(node, "Id/Othr/Id")
    elif name in ("Id", "ElctrncSeqNb", "LglSeqNb"):
        now.head = replace(now.head, name="/".join(filter(None, (now.head.name, (node.text or "").strip()))))
    elif name == "CreDtTm":
        now.head = replace(now.head, written_at=(node.text or "").strip())
    elif name == "FrToDt":
        now.head = replace(
            now.head,
            first_day=_day(text_at(node, "FrDtTm") or text_at(node, "FrDt")),
            last_day=_day(text_at(node, "ToDtTm") or text_at(node, "ToDt")),
        )
    elif name == "Bal":
        _note_balance(now, node)


def _note_balance(now: _Statement, node: Any) -> None:
    code, amount = text_at(node, "Tp/CdOrPrtry/Cd"), text_at(node, "Amt")
    if AMOUNT.fullmatch(amount):
        balance = Decimal(amount) * (1 if text_at(node, "CdtDbtInd") == "CRDT" else -1)
        if code in OPENINGS:
            now.head = replace(now.head, opening=balance)
        elif code in CLOSINGS:
            now.head = replace(now.head, closing=balance)


def _entry(node: Any, now: _Statement) -> Iterator[BankLine]:
    """A booking; one with several payments inside gives one line each, which must sum to it."""
    if (text_at(node, "Sts/Cd") or text_at(node, "Sts") or "BOOK") != "BOOK":
        return  # pending: it will come again when it is booked
    sign = 1 if text_at(node, "CdtDbtInd") == "CRDT" else -1
    whole, currency = _amount(node, "Amt")
    details = list(children(node, "NtryDtls/TxDtls"))
    amounts = [_own_amount(detail, sign, currency) for detail in details]
    if len(details) < 2 or sum(amount or 0 for amount in amounts) != sign * whole:  # noqa: PLR2004 - one, or a batch that does not say its parts
        amounts, parts = [sign * whole], [details]
    else:
        parts = [[detail] for detail in details]
    dated = _day_of(node, details)
    day = dated or _day_of_statement(now)
    for amount, of_line in zip(amounts, parts, strict=True):
        detail = of_line[0] if len(of_line) == 1 else node
        yield BankLine(
            account=now.account,
            reference="",
            booked_on=day,
            amount=amount or Decimal(0),
            currency=currency,
            remittance=_remittance(of_line) or text_at(node, "AddtlNtryInf"),
            end_to_end_id=_end_to_end(detail),
            payer=text_at(detail, "RltdPties/Dbtr/Nm") or text_at(detail, "RltdPties/Dbtr/Pty/Nm"),
            payer_iban=text_at(detail, "RltdPties/DbtrAcct/Id/IBAN"),
            reversal=_is_return(node, of_line),
            value_day=_day(text_at(node, "ValDt/Dt") or text_at(node, "ValDt/DtTm")),
            is_dated=dated is not None,
            bank_names=_bank_names(node, detail, alone=len(parts) == 1),
            batch_total=sign * whole if len(parts) > 1 else None,
            head=now.head,
        )


def _bank_names(node: Any, detail: Any, *, alone: bool) -> tuple[str, ...]:
    """The bank's names of a line; that of the booking is none of a part's."""
    whole = text_at(node, "AcctSvcrRef")
    own = text_at(detail, "Refs/AcctSvcrRef")
    return bank_names(
        [
            ("bank", own if own != whole or alone else ""),
            ("bank", whole if alone else ""),
            ("tx", text_at(detail, "Refs/TxId")),
            ("uetr", text_at(detail, "Refs/UETR")),
        ]
    )


def _day_of(node: Any, details: list[Any]) -> date | None:
    """The day of a booking, as its bank says it."""
    texts = [text_at(node, f"{at}/{form}") for at in ("BookgDt", "ValDt") for form in ("Dt", "DtTm")]
    texts += [text_at(detail, f"RltdDts/{at}") for detail in details for at in DAYS_OF_DETAIL]
    return _day(next(filter(None, texts), ""))


def _day_of_statement(now: _Statement) -> date:
    """The day of a booking for which the bank says none."""
    day = now.head.last_day or _day(now.head.written_at) or _day(now.file_written)
    if day is None:
        raise ValueError("neither it nor its statement has a day")
    return day


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _is_return(node: Any, details: list[Any]) -> bool:
    """Whether a payment came back: a tenant's that we had, or ours."""
    if text_at(node, "RvslInd") in ("true", "1"):
        return True
    for each in [node, *details]:
        code = text_at(each, "BkTxCd/Prtry/Cd")
        if text_at(each, "BkTxCd/Domn/Fmly/SubFmlyCd") in RETURNS or RETURN_CODES.search(code):
            return True
    return any(next(children(detail, "RtrInf"), None) is not None for detail in details)


def _remittance(details: list[Any]) -> str:
    """What the payer wrote, wherever the standard has a place for it."""
    places = (
        "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/AddtlRmtInf",
    )  # fmt: skip
    texts = [node.text or "" for detail in details for place in places for node in children(detail, place)]
    if not any(map(str.strip, texts)):
        texts = [text_at(detail, "AddtlTxInf") for detail in details]
    return " ".join(" ".join(texts).split())


def _end_to_end(detail: Any) -> str:
    identification = text_at(detail, "Refs/EndToEndId")
    return identification if is_name(identification) else ""


def _own_amount(detail: Any, sign: int, currency: str) -> Decimal | None:
    """What a part of a batch says of itself, in the currency of the booking."""
    own_sign = {"CRDT": 1, "DBIT": -1}.get(text_at(detail, "CdtDbtInd"), sign)
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        if next(children(detail, path), None) is not None:
            amount, own_currency = _amount(detail, path)
            if own_currency in ("", currency):
                return own_sign * amount
    return None


def _amount(node: Any, path: str) -> tuple[Decimal, str]:
    element = next(children(node, path), None)
    if element is None:
        raise ValueError("it has no amount")
    if not AMOUNT.fullmatch((element.text or "").strip()):
        raise ValueError(f"{element.text!r} is no amount")
    return Decimal(element.text.strip()), str(element.get("Ccy") or "")
