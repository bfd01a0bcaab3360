"""How an invoice can be paid: by transfer, by its codes, by its link."""

from typing import Any

from cloud_service.documents.bank_lines import account_rows
from cloud_service.documents.paper import Bank, InvoicePaper
from cloud_service.documents.payment_code import epc_fits, epc_svg, link_svg
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer


def payment_section(paper: InvoicePaper, theme: Theme, localizer: Localizer) -> dict[str, Any]:
    """What is asked for, until when, and the ways: bank details, codes to scan, the link."""
    amount = localizer.money(paper.due, paper.currency)
    reference = paper.number
    transfer = []
    if paper.bank and theme.shows("bank"):
        rows = transfer_rows(paper.bank, reference, localizer)
        transfer = [{"label": label, "value": value} for label, value in rows]
    codes = _codes(paper, localizer) if theme.shows("qr") else []
    return {
        "title": localizer.label("pay.title"),
        "please": localizer.label("pay.please", amount=amount, date=localizer.day(paper.due_date)),
        "said": theme.text("payment", localizer.language),
        "url": paper.pay_url,
        "button": localizer.label("mail.pay", amount=amount),
        "transfer": transfer,
        "codes": codes,
        "alt": localizer.label("pay.qr_alt", amount=amount, reference=reference),
    }


def transfer_rows(bank: Bank, reference: str, localizer: Localizer) -> list[tuple[str, str]]:
    """What a payer types into a bank's form: holder, the account in its country's parts, what the money is for."""
    asked_for = "pay.reference"
    if bank.scheme == "ke_paybill" and not bank.account_number:
        asked_for = "bank.paybill_account"  # the payer types the bill's number there
    return [
        (localizer.label("pay.holder"), bank.holder),
        *account_rows(bank, localizer),
        (localizer.label(asked_for), reference),
    ]


def _codes(paper: InvoicePaper, localizer: Localizer) -> list[dict[str, str]]:
    codes = []
    if paper.bank is not None and epc_fits(paper.bank, paper.due, paper.currency):
        svg = epc_svg(paper.bank, paper.due, paper.number)
        codes.append({"svg": svg, "caption": localizer.label("pay.scan_bank"), "name": "EPC-QR"})
    if paper.pay_url:
        codes.append({"svg": link_svg(paper.pay_url), "caption": localizer.label("pay.scan_link"), "name": "URL"})
    return codes
