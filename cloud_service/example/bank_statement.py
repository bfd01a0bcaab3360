"""The bank of the example: statements (camt.053) of what its clients transferred, each in its own way."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from cloud_service.domain.money import round_money
from cloud_service.example.operator import BANK_ACCOUNTS, COMPANY, HABITS, ExampleFlat, flats
from common.period import Span, add_months

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
MONTHS_UNPAID = 3
TABLE_HEADS = ("Account", "Booking date", "Amount", "Currency", "Payer", "Text", "Bank reference")


@dataclass(frozen=True, slots=True)
class ExampleBill:
    """A bill as `bill list --json` has it."""

    number: str
    client: str
    day: date
    currency: str
    total: Decimal
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money on one of the company's accounts; `reference` is the bank's own name for it."""

    day: date
    amount: Decimal
    currency: str
    payer: str
    text: str
    reference: str


def bills_of(listed: Sequence[dict[str, Any]]) -> list[ExampleBill]:
    """The bills that a command has listed, the oldest first."""
    bills = [
        ExampleBill(
            row["number"], row["tenant"], date.fromisoformat(row["bill_date"]), row["currency"],
            Decimal(row["total"]), Decimal(row["outstanding"]),
        )
        for row in listed
    ]  # fmt: skip
    return sorted(bills, key=lambda bill: (bill.day, bill.number))


def drafts_of(connections: Sequence[dict[str, Any]], day: date) -> list[ExampleBill]:
    """The bills that a run would issue, as `bill status --items --json` has them."""
    return [
        ExampleBill("", row["tenant"], day, row["currency"], Decimal(row["amount"]), Decimal(row["amount"]))
        for row in connections
        if row["amount"] is not None
    ]


def transfers_of(bills: Sequence[ExampleBill], month: Span, today: date) -> list[Transfer]:
    """What the clients transferred in a month for the bills that they had, as it is known today."""
    return [
        _transfer(bill, amount, day, f"{bill.number}-{number}")
        for bill in bills
        for number, (day, amount) in enumerate(_payments(bill, today))
        if month.start <= day < month.end and amount > 0
    ]


def transfers_to_try(bills: Sequence[ExampleBill], drafts: Sequence[ExampleBill], today: date) -> list[Transfer]:
    """What came in since: some pay all that they owe, others their oldest bill, and one is nobody whom we know.

    Who pays at once has paid the bill of the last month too, which is only a draft yet: by the account's number.
    """
    owing: dict[str, list[ExampleBill]] = {}
    for bill in bills:
        if bill.outstanding > 0 and _habit(bill.client) != "prepaid":
            owing.setdefault(bill.client, []).append(bill)
    transfers = [
        _transfer(bill, bill.outstanding, today, f"{bill.number}-try")
        for client, owed in owing.items()
        for bill in (owed if _habit(client) in ("at once", "late") else owed[:1])
    ]
    transfers += [
        Transfer(
            today, draft.total, draft.currency, draft.client, _flat(draft.client).account, f"{today}-{draft.client}"
        )
        for draft in drafts
        if _habit(draft.client) == "at once"
    ]
    return [*transfers, Transfer(today, Decimal(4500), "KES", "J. Wanjiru", "house 7 thank you", f"{today}-unknown")]


def _transfer(bill: ExampleBill, amount: Decimal, day: date, reference: str) -> Transfer:
    text = _flat(bill.client).account if _habit(bill.client) == "not for three months" else f"Invoice {bill.number}"
    return Transfer(day, amount, bill.currency, bill.client, text, reference)


def _flat(client: str) -> ExampleFlat:
    return next(flat for flat in flats() if flat.client == client)


def _habit(client: str) -> str:
    flat = _flat(client)
    return flat.mode if flat.mode == "prepaid" else HABITS.get(flat.account, "at once")


def _payments(bill: ExampleBill, today: date) -> Iterator[tuple[date, Decimal]]:
    habit = _habit(bill.client)
    if habit == "at once":
        yield bill.day + timedelta(days=5), bill.total
    elif habit == "late":
        yield bill.day + timedelta(days=33), bill.total
    elif habit == "in part":
        half = round_money(bill.total / 2, bill.currency)
        yield bill.day + timedelta(days=9), half
        yield bill.day + timedelta(days=70), bill.total - half
    elif habit == "not for three months" and bill.day < add_months(today.replace(day=1), -MONTHS_UNPAID):
        yield bill.day + timedelta(days=12), bill.total


def statement(transfers: Sequence[Transfer], name: str) -> bytes:
    """The file of the bank: a statement for each of the company's accounts."""
    document = ET.Element("Document", xmlns=NAMESPACE)
    report = ET.SubElement(document, "BkToCstmrStmt")
    _put(_put(report, "GrpHdr"), "MsgId", name)
    for currency in BANK_ACCOUNTS:
        _put_statement(report, f"{name}-{currency}", currency, [t for t in transfers if t.currency == currency])
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def statement_table(transfers: Sequence[Transfer]) -> str:
    """The same as a table, as banks offer it beside."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(TABLE_HEADS)
    for transfer in transfers:
        amount = f"{transfer.amount:.2f}"
        account = _account_number(transfer.currency)
        day = transfer.day.isoformat()
        writer.writerow((account, day, amount, transfer.currency, transfer.payer, transfer.text, transfer.reference))
    return text.getvalue()


def _account_number(currency: str) -> str:
    account = BANK_ACCOUNTS[currency]
    return account.get("--iban") or account["--account"]


def _put_statement(report: ET.Element, name: str, currency: str, transfers: Sequence[Transfer]) -> None:
    account_statement = _put(report, "Stmt")
    _put(account_statement, "Id", name)
    our_account = _put(account_statement, "Acct")
    number = _put(our_account, "Id")
    if "--iban" in BANK_ACCOUNTS[currency]:
        _put(number, "IBAN", _account_number(currency))
    else:
        _put(_put(number, "Othr"), "Id", _account_number(currency))
    _put(_put(our_account, "Ownr"), "Nm", COMPANY)
    for transfer in sorted(transfers, key=lambda each: (each.day, each.reference)):
        _put_entry(account_statement, transfer)


def _put_entry(account_statement: ET.Element, transfer: Transfer) -> None:
    entry = _put(account_statement, "Ntry")
    _put(entry, "Amt", f"{transfer.amount:.2f}").set("Ccy", transfer.currency)
    _put(entry, "CdtDbtInd", "CRDT")
    _put(_put(entry, "Sts"), "Cd", "BOOK")
    _put(_put(entry, "BookgDt"), "Dt", transfer.day.isoformat())
    _put(_put(entry, "ValDt"), "Dt", transfer.day.isoformat())
    _put(entry, "AcctSvcrRef", transfer.reference)
    details = _put(_put(entry, "NtryDtls"), "TxDtls")
    _put(_put(_put(_put(details, "RltdPties"), "Dbtr"), "Pty"), "Nm", transfer.payer)
    _put(_put(details, "RmtInf"), "Ustrd", transfer.text)


def _put(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text or None
    return child
