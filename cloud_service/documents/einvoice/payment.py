"""How to pay, in the fields of the norm (BG-16, BG-17)."""

from typing import Any

from cloud_service.documents.bank_lines import account_lines
from cloud_service.documents.paper import Bank, InvoicePaper
from cloud_service.documents.translations import localizer_for

SEPA_TRANSFER, TRANSFER, ONLINE, UNDEFINED = "58", "30", "68", "1"


def payment(paper: InvoicePaper) -> dict[str, Any]:
    """A transfer where the seller has an account in that currency, else the link."""
    terms: dict[str, Any] = {"BT-83": paper.number}
    bank, otherwise = paper.bank, ONLINE if paper.pay_url else UNDEFINED
    if bank is None:
        return terms | {"BT-81": otherwise}
    if bank.scheme == "iban":
        terms |= {"BT-81": SEPA_TRANSFER if paper.currency == "EUR" else TRANSFER}
        terms |= {"BT-84": bank.iban.replace(" ", ""), "BT-85": bank.holder}
        return terms | ({"BT-86": bank.bic} if bank.bic else {})
    return terms | {"BT-82": " · ".join(account_lines(bank, localizer_for("en")))} | _local_account(bank, otherwise)


def _local_account(bank: Bank, otherwise: str) -> dict[str, Any]:
    """A national account: its number, the bank by BIC or national code; free lines have no number."""
    if bank.scheme == "free":
        return {"BT-81": otherwise}
    if bank.scheme == "ke_paybill":
        return {"BT-81": TRANSFER, "BT-84": bank.bank_code, "BT-85": bank.holder}
    terms = {"BT-81": TRANSFER, "BT-84": bank.account_number, "BT-85": bank.holder}
    code = bank.bic or bank.bank_code + bank.branch_code
    return terms | ({"BT-86": code} if code else {})
