"""What earlier books left open, by rows: an account's balance, its deposit, single bills under their old numbers."""

from datetime import timedelta
from decimal import Decimal

from cloud_service.flow.collect.take_over import EarlierBill, balance_number, balance_of_day, take_over
from cloud_service.flow.collect.take_over_deposit import take_over_deposit
from cloud_service.sheets.heads.row_values import RowValues
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import MadeRows, faults_at, refuse
from cloud_service.store.customers import clients
from cloud_service.store.receivables import taken_over
from cloud_service.store.sheets import references

ITEM_COLUMNS = {
    "number": "item", "amount": "item_amount", "paid": "item_paid", "day": "item_day", "due_date": "item_due",
    "on": "balance_day",
}  # fmt: skip
BALANCE_COLUMNS = {"amount": "balance", "on": "balance_day", "day": "balance_day"}


def opening_of(entry: SheetEntry, row: RowValues, account_id: int | None, new_records: MadeRows) -> None:
    """Balance, deposit and bill of a row, where it has them."""
    if not (row.balance or row.deposit or row.item_amount is not None):
        return
    if account_id is None:
        raise refuse("account", "", "a balance needs an account", "its number, or the client it is of")
    if "balance" in entry.makes:
        _balance(entry, row, account_id, new_records)
        _deposit(entry, row, account_id, new_records)
    if "item" in entry.makes:
        _item(entry, row, account_id, new_records)


def _balance(entry: SheetEntry, row: RowValues, account_id: int, new_records: MadeRows) -> None:
    if not row.balance:
        return
    number = references.account_number(entry.session, account_id)
    stored = taken_over.bill_of_number(entry.session, entry.entity_id, balance_number(number))
    before = stored.taken_over_on if stored and not stored.taken_back else None
    with faults_at("balance", str(row.balance), BALANCE_COLUMNS):
        bill = balance_of_day(number, row.balance, row.balance_day or before or entry.today)
        _take_over(entry, account_id, bill, new_records, f"opening balance {row.balance:f}")


def _deposit(entry: SheetEntry, row: RowValues, account_id: int, new_records: MadeRows) -> None:
    if not row.deposit:
        return
    if row.balance_day is None and taken_over.security_held(entry.session, account_id, row.deposit, None) is not None:
        return
    with faults_at("deposit", str(row.deposit), {"amount": "deposit", "on": "balance_day"}):
        payment_id = take_over_deposit(
            entry.session, account_id, row.deposit, on=row.balance_day or entry.today, today=entry.today,
            author=entry.author,
        )  # fmt: skip
    if payment_id is not None:
        new_records.add("security", payment_id, f"deposit {row.deposit:f}")


def _item(entry: SheetEntry, row: RowValues, account_id: int, new_records: MadeRows) -> None:
    with faults_at("item", row.item, ITEM_COLUMNS):
        _take_over(entry, account_id, _earlier_bill(entry, row, account_id), new_records, f"bill {row.item}")


def _earlier_bill(entry: SheetEntry, row: RowValues, account_id: int) -> EarlierBill:
    """The bill of a row; days that it does not say are as they were taken over before, or today's."""
    stored = taken_over.bill_of_number(entry.session, entry.entity_id, row.item)
    before = stored if stored and not stored.taken_back else None
    on = row.balance_day or (before and before.taken_over_on) or entry.today
    day = row.item_day or (before.bill_date if before else on)
    terms = clients.account_terms(entry.session, account_id)
    due_date = row.item_due or day + timedelta(days=terms.payment_terms_days)
    amount, paid = row.item_amount or Decimal(0), row.item_paid or Decimal(0)
    return EarlierBill(row.item, amount, day, due_date, on, paid=paid, text=row.item_text)


def _take_over(entry: SheetEntry, account_id: int, bill: EarlierBill, new_records: MadeRows, word: str) -> None:
    invoice_id = take_over(entry.session, account_id, bill, today=entry.today, author=entry.author, reason=entry.reason)
    if invoice_id is not None:
        new_records.add("open_item", invoice_id, word)
