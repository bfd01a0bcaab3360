"""Bank statements of ISO 20022 as plain lines: camt.052, camt.053, camt.054, of any version."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from lxml import etree

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.payments.camt_details import (
    AMOUNT,
    amount_of,
    charged_return,
    count_payments,
    end_to_end,
    is_return,
    names_of,
    own_amount,
    remittance,
)
from cloud_service.payments.xml_paths import children, name_of, text_at
from common.errors import InputError

FORMS = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}
WANTED = "ask the bank for camt.053 or camt.054 files"
DAYS_OF_DETAIL = ("IntrBkSttlmDt", "AccptncDtTm", "TradDt", "TxDtTm", "TradActvtyCtrctlSttlmDt")
NOT_BOOKED = re.compile(r"PDNG|PEND|FUTR|INFO|AUTH", re.IGNORECASE)  # in words of a bank's own
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
    if not _is_booked(node):
        return  # pending: it will come again when it is booked
    sign = _sign(node)
    whole, currency = amount_of(node, "Amt")
    details = list(children(node, "NtryDtls/TxDtls"))
    amounts = [own_amount(detail, sign, currency) for detail in details]
    if len(details) < 2 or sum(amount or 0 for amount in amounts) != sign * whole:  # noqa: PLR2004 - one, or a batch that does not say its parts
        amounts, parts = [sign * whole], [details]
    else:
        parts = [[detail] for detail in details]
    is_divided = len(parts) == len(details) > 1
    dated = _day_of(node, details)
    day = dated or _day_of_statement(now)
    for amount, of_line in zip(amounts, parts, strict=True):
        detail = of_line[0] if len(of_line) == 1 else node
        returned = is_return(node, of_line)
        yield BankLine(
            account=now.account,
            reference="",
            booked_on=day,
            amount=amount or Decimal(0),
            currency=currency,
            remittance=remittance(of_line) or text_at(node, "AddtlNtryInf"),
            end_to_end_id=end_to_end(detail),
            payer=text_at(detail, "RltdPties/Dbtr/Nm") or text_at(detail, "RltdPties/Dbtr/Pty/Nm"),
            payer_iban=text_at(detail, "RltdPties/DbtrAcct/Id/IBAN"),
            reversal=returned,
            value_day=_day(text_at(node, "ValDt/Dt") or text_at(node, "ValDt/DtTm")),
            is_dated=dated is not None,
            bank_names=names_of(node, detail, alone=len(parts) == 1),
            batch_total=sign * whole if is_divided else None,
            payments=1 if is_divided else count_payments(node, details, sign * whole, currency),
            mandate=text_at(detail, "Refs/MndtId"),
            returned_names=names_of(node, detail, alone=False) if returned else (),
            returned_amount=charged_return(node, of_line, amount or Decimal(0), currency) if returned else None,
            head=now.head,
        )


def _is_booked(node: Any) -> bool:
    own = text_at(node, "Sts/Prtry")
    if own:
        return not NOT_BOOKED.search(own)
    return (text_at(node, "Sts/Cd") or text_at(node, "Sts") or "BOOK") == "BOOK"


def _sign(node: Any) -> int:
    direction = text_at(node, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise ValueError("it does not say whether money came in or went out")
    return 1 if direction == "CRDT" else -1


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
