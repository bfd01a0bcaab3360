"""The stored facts of an issued invoice as a paper: nothing is computed anew, only put where it is printed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from msgspec import UNSET

from cloud_service.documents.metering.billed_use import Days, readings_of, uses_of
from cloud_service.documents.paper import (
    Bank,
    InvoicePaper,
    LineFactor,
    PaperAdvance,
    PaperLine,
    PaperTax,
    Party,
    Role,
    Supply,
    SupplyPoint,
)
from cloud_service.documents.translations import locale_of
from cloud_service.domain.customers.postal_address import PostalAddress, lines_of
from cloud_service.domain.customers.printed_address import with_country
from cloud_service.domain.invoicing.advances.plan import BEFORE
from cloud_service.domain.invoicing.basis import BilledContract
from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.invoicing.billing_account import BankAccount, Buyer, Seller
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.domain.invoicing.pending_lines import ADVANCES
from cloud_service.domain.money import round_money
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.tax import CASH

DAY = timedelta(days=1)
FACTOR = re.compile(r"× (\d+(?:\.\d+)?) ([a-z]\w*)")  # as `domain/charges/standing.py` writes it


def paper_of(invoice: IssuedInvoice, pay_url: str = "") -> InvoicePaper:
    """The paper of an issued invoice; `pay_url` is where it can be paid."""
    contracts = invoice.basis.contracts
    utility = _utility(invoice)
    days = (invoice.during.start, invoice.during.end - DAY)
    headings = _headings(invoice)
    seller, buyer = parties_of(invoice.seller, invoice.buyer)
    utilities = {billed.contract.id: billed.contract.utility for billed in contracts}
    paper = InvoicePaper(
        kind="credit_note" if invoice.kind == "credit_note" else "invoice",
        number=invoice.number,
        bill_date=invoice.bill_date,
        due_date=invoice.due_date,
        first_day=days[0],
        last_day=days[1],
        currency=invoice.currency,
        locale=reader_of(invoice.buyer, invoice.seller),
        seller=seller,
        buyer=buyer,
        lines=tuple(_line(line, headings, utilities, days) for line in invoice.lines),
        net=invoice.net,
        tax=invoice.tax,
        total=invoice.total,
        taxes=tuple(_tax(tax) for tax in invoice.basis.taxes),
        account=invoice.buyer.account or "",
        supply_points=tuple(_supply_points(invoice)),
        utility=utility,
        uses=uses_of(invoice, utility, days),
        readings=readings_of(contracts),
        ended_on=_ended_on(contracts),
        bank=bank_of(invoice.seller, invoice.currency),
        pay_url=pay_url,
        prepaid=invoice.prepaid,
        settled=invoice.settled,
        corrects=invoice.corrects,
        reason=invoice.reason,
        role=_role(invoice),
        supplies=tuple(_supplies(invoice)),
        advances=tuple(
            PaperAdvance(each.number, each.day, each.net, each.tax, None if each.paid is UNSET else each.paid)
            for each in invoice.basis.advances or ()
        ),
    )
    return paper if invoice.local_currency == invoice.currency else _with_local_total(paper, invoice)


def _with_local_total(paper: InvoicePaper, invoice: IssuedInvoice) -> InvoicePaper:
    """The total in the seller's currency too, where the invoice is in another."""
    currency, rate = invoice.local_currency, invoice.local_rate
    total = round_money(invoice.total * rate, currency)
    return replace(paper, local_total=total, local_currency=currency, local_rate=rate)


def parties_of(seller: Seller, buyer: Buyer) -> tuple[Party, Party]:
    """Both as they are printed on a letter; where it goes abroad, each address names its country."""
    parties = (seller_party(seller), buyer_party(buyer))
    if not seller.country or not buyer.country or seller.country == buyer.country:
        return parties
    sender, recipient = (
        replace(party, address=with_country(party.address, party.country, seller.locale or "en")) for party in parties
    )
    return sender, recipient


def seller_party(seller: Seller) -> Party:
    """The frozen seller as it is printed."""
    return Party(
        name=seller.name,
        address=lines_of(seller.address),
        entered=_entered(seller),
        country=seller.country or "",
        vat_id=seller.vat_id or "",
        email=seller.email or "",
        phone=seller.phone or "",
        website=seller.website or "",
        tax_number=seller.tax_number or "",
        company_number=seller.company_number or "",
        electronic_address=seller.electronic_address or "",
    )


def buyer_party(buyer: Buyer) -> Party:
    """The frozen buyer as it is printed."""
    return Party(
        name=buyer.name,
        address=lines_of(buyer.address),
        entered=_entered(buyer),
        country=buyer.country or "",
        number=buyer.number or "",
        vat_id=buyer.vat_id or "",
        email=buyer.email or "",
        phone=buyer.phone or "",
        reference=buyer.buyer_reference or "",
        electronic_address=buyer.electronic_address or "",
    )


def _entered(party: Seller | Buyer) -> PostalAddress:
    return PostalAddress(party.street or "", party.postcode or "", party.city or "", party.region or "")


def reader_of(buyer: Buyer, seller: Seller) -> str:
    """The locale in which a buyer reads."""
    return locale_of(buyer.locale or seller.locale or "en", buyer.country or "")


def _role(invoice: IssuedInvoice) -> Role:
    """What an invoice is to another one."""
    advance = invoice.basis.advance
    if advance is not UNSET:
        return "advance" if advance.timing == BEFORE else "partial"
    return "corrected" if invoice.corrects and invoice.kind == "invoice" else "whole"


def _headings(invoice: IssuedInvoice) -> dict[int, tuple[str, str]]:
    """Contract id -> (its supply point, the heading over its lines)."""
    advance = invoice.basis.advance
    if advance is not UNSET:
        return {advance.contract: (advance.point, advance.point)}
    return {
        billed.contract.id: (
            billed.contract.point,
            " · ".join(filter(None, [billed.contract.point, *billed.contract.meters])),
        )
        for billed in invoice.basis.contracts
    }


def _line(
    line: BilledLine, headings: Mapping[int, tuple[str, str]], utilities: Mapping[int, str], billed_days: Days
) -> PaperLine:
    point, heading = headings.get(line.contract_id, ("", "")) if line.contract_id is not None else ("", "")
    counted = line.explanation.quantity
    days = (line.during.start, line.during.end - DAY) if line.during else billed_days
    return PaperLine(
        label=line.label.removesuffix(f" · {point}") if point else line.label,
        quantity=line.quantity if counted is UNSET else counted,
        unit=line.unit,
        price=line.price if counted is UNSET else None,
        amount=line.amount,
        group=heading,
        days=None if days == billed_days else days,
        tax_category=line.tax_category or "O",
        tax_percent=line.tax_rate,
        utility=utilities.get(line.contract_id, "") if line.contract_id is not None else "",
        charge=line.charge,
        is_rounding=_is_coin(line),
        contract=line.contract_id,
        estimated=line.explanation.estimated is True,
        times=_factor(line),
    )


def _factor(line: BilledLine) -> LineFactor | None:
    """What a standing charge was multiplied by, which its explanation has said on every bill."""
    factor = FACTOR.search(line.explanation.why) if line.charge == "standing" else None
    return LineFactor(Decimal(factor[1]), factor[2]) if factor else None


def _is_coin(line: BilledLine) -> bool:
    """Whether a line rounds the total to its coin; a credit note's line does not say the rule's place."""
    path = line.explanation.path
    return path == CASH or (path is UNSET and line.charge == "rounding" and line.tax_category == "O")


def _supplies(invoice: IssuedInvoice) -> Iterator[Supply]:
    """The contracts of the bill; of one in advance nothing is read."""
    for billed in invoice.basis.contracts:
        contract = billed.contract
        yield Supply(contract.id, contract.grid_id or "", contract.meters, readings_of([billed]))
    advance = invoice.basis.advance
    if advance is not UNSET:
        yield Supply(advance.contract, advance.grid_id or "")


def _tax(tax: TaxLine) -> PaperTax:
    of_advances = tax.path == ADVANCES
    return PaperTax(tax.label, tax.percent, tax.base, tax.amount, tax.category or "S", tax.reason or "", of_advances)


def _utility(invoice: IssuedInvoice) -> str:
    """What is billed: one utility, `mixed`, or `plain` where it is none (a fee, interest)."""
    contracts = invoice.basis.contracts
    utilities = {billed.contract.utility for billed in contracts}
    if not contracts:
        utilities = {line.explanation.utility or "" for line in invoice.lines}
    utilities.discard("")
    return utilities.pop() if len(utilities) == 1 else "mixed" if utilities else "plain"


def _supply_points(invoice: IssuedInvoice) -> Iterator[SupplyPoint]:
    """Those with an id of the grid; where a file that made the meter put its number there, it is none."""
    advance = invoice.basis.advance
    if advance is not UNSET and advance.grid_id:
        yield SupplyPoint(advance.point, advance.grid_id, advance.utility)
    for billed in invoice.basis.contracts:
        contract = billed.contract
        if contract.grid_id and contract.grid_id not in contract.meters:
            yield SupplyPoint(contract.point, contract.grid_id, contract.utility)


def _ended_on(contracts: Sequence[BilledContract]) -> date | None:
    """The last supplied day, where all of the contracts end with the bill."""
    ends = {billed.end if billed.contract.until == billed.end else None for billed in contracts}
    last = max((end for end in ends if end is not None), default=None)
    return None if last is None or None in ends else last - DAY


def bank_of(seller: Seller, currency: str) -> Bank | None:
    """The seller's account in that currency, None where it has none."""
    for account in seller.bank_accounts:
        if account.currency == currency:
            return _bank(account)
    return None


def _bank(account: BankAccount) -> Bank:
    """The frozen account as it is printed; what an old invoice does not say is empty."""
    return Bank(
        account.holder,
        account.iban,
        account.bic or "",
        account.scheme or "iban",
        account.bank_code or "",
        account.branch_code or "",
        account.account_number or "",
        account.bank_name or "",
        account.free_lines or "",
    )
