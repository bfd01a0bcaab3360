"""The stored facts of an issued invoice as a paper: nothing is computed anew, only put where it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from msgspec import UNSET

from cloud_service.documents.paper import (
    Bank,
    InvoicePaper,
    MeterReading,
    MonthEnergy,
    PaperLine,
    PaperTax,
    Party,
)
from cloud_service.documents.translations import locale_of
from cloud_service.domain.invoicing.basis import BilledContract
from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.invoicing.billing_account import BankAccount, Buyer, Seller
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.domain.money import round_money
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.rating.rated_contract import MonthlyUse
from cloud_service.domain.rating.register_source import RegisterSource

THOUSAND = 1000
DAY = timedelta(days=1)
UNITS = {"water": "m³", "gas": "m³"}
Days = tuple[date, date]  # the first and the last, both billed


def paper_of(invoice: IssuedInvoice, pay_url: str = "") -> InvoicePaper:
    """The paper of an issued invoice; `pay_url` is where it can be paid."""
    contracts = invoice.basis.contracts
    utility = _utility(invoice)
    days = (invoice.during.start, invoice.during.end - DAY)
    headings = _headings(contracts)
    paper = InvoicePaper(
        kind="credit_note" if invoice.kind == "credit_note" else "invoice",
        number=invoice.number,
        bill_date=invoice.bill_date,
        due_date=invoice.due_date,
        first_day=days[0],
        last_day=days[1],
        currency=invoice.currency,
        locale=reader_of(invoice.buyer, invoice.seller),
        seller=seller_party(invoice.seller),
        buyer=buyer_party(invoice.buyer),
        lines=tuple(_line(line, headings, days) for line in invoice.lines),
        net=invoice.net,
        tax=invoice.tax,
        total=invoice.total,
        taxes=tuple(_tax(tax) for tax in invoice.basis.taxes),
        account=invoice.buyer.account or "",
        references=tuple(
            ("MaLo/EAN/MPAN", billed.contract.grid_id) for billed in contracts[:1] if billed.contract.grid_id
        ),
        utility=utility,
        energy=_energy(invoice, utility),
        energy_unit=UNITS.get(utility, "kWh"),
        history=_history(() if invoice.basis.usage is UNSET else invoice.basis.usage, days),
        readings=tuple(_reading(source) for billed in contracts for source in billed.sources),
        bank=bank_of(invoice.seller, invoice.currency),
        pay_url=pay_url,
        prepaid=invoice.prepaid,
        settled=invoice.settled,
        corrects=invoice.corrects,
        reason=invoice.reason,
    )
    return paper if invoice.local_currency == invoice.currency else _with_local_total(paper, invoice)


def _with_local_total(paper: InvoicePaper, invoice: IssuedInvoice) -> InvoicePaper:
    """The total in the seller's currency too, where the invoice is in another."""
    currency, rate = invoice.local_currency, invoice.local_rate
    total = round_money(invoice.total * rate, currency)
    return replace(paper, local_total=total, local_currency=currency, local_rate=rate)


def seller_party(seller: Seller) -> Party:
    """The frozen seller as it is printed."""
    return Party(
        name=seller.name,
        address=_printed_lines(seller.address),
        country=seller.country or "",
        vat_id=seller.vat_id or "",
        email=seller.email or "",
        phone=seller.phone or "",
        website=seller.website or "",
        tax_number=seller.tax_number or "",
        company_number=seller.company_number or "",
    )


def buyer_party(buyer: Buyer) -> Party:
    """The frozen buyer as it is printed."""
    return Party(
        name=buyer.name,
        address=_printed_lines(buyer.address),
        country=buyer.country or "",
        number=buyer.number or "",
        vat_id=buyer.vat_id or "",
        email=buyer.email or "",
        phone=buyer.phone or "",
        reference=buyer.buyer_reference or "",
    )


def _printed_lines(address: str) -> tuple[str, ...]:
    return tuple(stripped for line in address.splitlines() if (stripped := line.strip()))


def reader_of(buyer: Buyer, seller: Seller) -> str:
    """The locale in which a buyer reads."""
    return locale_of(buyer.locale or seller.locale or "en", buyer.country or "")


def _headings(contracts: Sequence[BilledContract]) -> dict[int, tuple[str, str]]:
    """Contract id -> (its supply point, the heading over its lines)."""
    return {
        billed.contract.id: (
            billed.contract.point,
            " · ".join(filter(None, [billed.contract.point, *billed.contract.meters])),
        )
        for billed in contracts
    }


def _line(line: BilledLine, headings: Mapping[int, tuple[str, str]], billed_days: Days) -> PaperLine:
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
    )


def _tax(tax: TaxLine) -> PaperTax:
    return PaperTax(tax.label, tax.percent, tax.base, tax.amount, tax.category or "S")


def _utility(invoice: IssuedInvoice) -> str:
    """What is billed: one utility, `mixed`, or `plain` where it is none (a fee, interest)."""
    contracts = invoice.basis.contracts
    utilities = {billed.contract.utility for billed in contracts}
    if not contracts:
        utilities = {line.explanation.utility or "" for line in invoice.lines}
    utilities.discard("")
    return utilities.pop() if len(utilities) == 1 else "mixed" if utilities else "plain"


def _energy(invoice: IssuedInvoice, utility: str) -> Decimal | None:
    if utility in ("mixed", "plain") or not (invoice.basis.contracts or invoice.energy):
        return None
    return Decimal(invoice.energy) / THOUSAND


def _history(usage: Sequence[MonthlyUse], billed_days: Days) -> tuple[MonthEnergy, ...]:
    return tuple(_month_energy(use, billed_days) for use in usage)


def _month_energy(use: MonthlyUse, billed_days: Days) -> MonthEnergy:
    first = use.month
    last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - DAY
    billed = first <= billed_days[1] and last >= billed_days[0]
    return MonthEnergy(first, Decimal(use.energy) / THOUSAND, billed=billed)


def _reading(source: RegisterSource) -> MeterReading:
    """A register with its first and last index, or, where validated intervals were billed, with their sum."""
    indexes = sorted((index.at, index.value) for index in source.indexes or ())
    previous = current = None
    counted = Decimal(source.counted or 0) / THOUSAND
    if len(indexes) > 1:
        previous, current = (Decimal(indexes[at][1]) / THOUSAND for at in (0, -1))
        counted = counted if source.days else current - previous  # days know of a rollover
    return MeterReading(
        source.meter, source.name, source.unit, counted * source.multiplier, previous, current, source.multiplier,
        estimated=bool(source.estimated),
    )  # fmt: skip


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
