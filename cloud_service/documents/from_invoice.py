"""The stored facts of an issued invoice as a paper: nothing is computed anew, only put where it is printed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

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
from cloud_service.domain.money import round_money

Facts = Mapping[str, Any]
THOUSAND = 1000
DAY = timedelta(days=1)
UNITS = {"water": "m³", "gas": "m³"}


def paper_of(invoice: Facts, lines: Sequence[Facts], *, corrects: str = "", pay_url: str = "") -> InvoicePaper:
    """The paper of an invoice's row and its lines' rows (columns by name, spans as `first_day` and `end_day`)."""
    seller, buyer, basis = invoice["seller"], invoice["buyer"], invoice["basis"]
    contracts = basis.get("contracts", [])
    utility = _utility(contracts, lines)
    span = (invoice["first_day"], invoice["end_day"] - DAY)
    return InvoicePaper(
        kind=invoice["kind"],
        number=invoice["number"],
        bill_date=invoice["bill_date"],
        due_date=invoice["due_date"],
        first_day=span[0],
        last_day=span[1],
        currency=invoice["currency"],
        locale=reader_of(buyer, seller),
        seller=party_of(seller),
        buyer=party_of(buyer),
        lines=tuple(_line(line, _places(contracts), span) for line in lines),
        net=invoice["net"],
        tax=invoice["tax"],
        total=invoice["total"],
        taxes=tuple(_tax(tax) for tax in basis.get("taxes", ())),
        account=str(buyer.get("account", "")),
        references=tuple(("MaLo/EAN/MPAN", item["contract"]["grid_id"]) for item in contracts[:1] if _grid_id(item)),
        utility=utility,
        energy=_energy(invoice, utility, contracts),
        energy_unit=UNITS.get(utility, "kWh"),
        history=tuple(_history(basis.get("usage", ()), span)),
        readings=tuple(_reading(source) for item in contracts for source in item.get("sources", ())),
        bank=bank_of(seller, invoice["currency"]),
        pay_url=pay_url,
        prepaid=invoice["prepaid"],
        settled=invoice["settled"],
        corrects=corrects,
        reason=invoice["reason"],
        **_local(invoice),
    )


def party_of(facts: Facts) -> Party:
    """A frozen party as it is printed."""
    address = [line.strip() for line in str(facts.get("address", "")).splitlines()]
    names = ("country", "number", "vat_id", "email", "phone", "website")
    return Party(
        name=str(facts["name"]),
        address=tuple(line for line in address if line),
        **{name: str(facts.get(name) or "") for name in names},
        reference=str(facts.get("buyer_reference") or ""),
    )


def reader_of(buyer: Facts, seller: Facts) -> str:
    """The locale in which a buyer reads."""
    return locale_of(str(buyer.get("locale") or seller.get("locale") or "en"), str(buyer.get("country") or ""))


def _grid_id(item: Facts) -> str:
    return str(item["contract"].get("grid_id") or "")


def _places(contracts: Sequence[Facts]) -> dict[int, tuple[str, str]]:
    """Contract id -> (its supply point, the heading over its lines)."""
    found = {}
    for item in contracts:
        contract = item["contract"]
        point = str(contract.get("point") or "")
        found[contract["id"]] = (point, " · ".join(filter(None, [point, *contract.get("meters", ())])))
    return found


def _line(line: Facts, places: Mapping[int, tuple[str, str]], span: tuple[date, date]) -> PaperLine:
    point, heading = places.get(line["contract_id"], ("", ""))
    said = line["explanation"]
    fixed = "quantity" in said
    days = (line["first_day"], line["end_day"] - DAY) if line["first_day"] else span
    return PaperLine(
        label=line["label"].removesuffix(f" · {point}") if point else line["label"],
        quantity=Decimal(said["quantity"]) if fixed else line["quantity"],
        unit=line["unit"],
        price=None if fixed else line["price"],
        amount=line["amount"],
        group=heading,
        days=None if days == span else days,
        tax_category=line["tax_category"] or "O",
        tax_percent=line["tax_rate"],
    )


def _tax(tax: Facts) -> PaperTax:
    percent, base, amount = (Decimal(tax[name]) for name in ("percent", "base", "amount"))
    return PaperTax(str(tax["label"]), percent, base, amount, str(tax.get("category") or "S"))


def _utility(contracts: Sequence[Facts], lines: Sequence[Facts]) -> str:
    """What is billed: one utility, `mixed`, or `plain` where it is none (a fee, interest)."""
    found = {item["contract"]["utility"] for item in contracts}
    found |= {str(line["explanation"].get("utility", "")) for line in lines} if not contracts else set()
    found.discard("")
    return found.pop() if len(found) == 1 else "mixed" if found else "plain"


def _energy(invoice: Facts, utility: str, contracts: Sequence[Facts]) -> Decimal | None:
    if utility in ("mixed", "plain") or not (contracts or invoice["energy"]):
        return None
    return Decimal(invoice["energy"]) / THOUSAND


def _history(usage: Sequence[Sequence[Any]], span: tuple[date, date]) -> list[MonthEnergy]:
    found = []
    for month, energy in usage:
        first = date.fromisoformat(month)
        last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - DAY
        found.append(MonthEnergy(first, Decimal(energy) / THOUSAND, billed=first <= span[1] and last >= span[0]))
    return found


def _reading(source: Facts) -> MeterReading:
    """A register with its first and last index, or, where validated intervals were billed, with their sum."""
    indexes = sorted((datetime.fromisoformat(at), int(value)) for at, value in source.get("indexes", ()))
    multiplier = Decimal(source["multiplier"])
    previous = current = None
    counted = Decimal(source.get("counted", 0)) / THOUSAND
    if len(indexes) > 1:
        previous, current = (Decimal(indexes[at][1]) / THOUSAND for at in (0, -1))
        counted = current - previous
    return MeterReading(
        source["meter"], source["name"], source["unit"], counted * multiplier, previous, current, multiplier
    )


def bank_of(seller: Facts, currency: str) -> Bank | None:
    """The seller's account in that currency, None where it has none."""
    for account in seller.get("bank_accounts", ()):
        if account["currency"] == currency:
            return Bank(account["holder"], account["iban"], account.get("bic") or "")
    return None


def _local(invoice: Facts) -> dict[str, Any]:
    """The total in the seller's currency, where the bill is in another."""
    if invoice["local_currency"] == invoice["currency"]:
        return {}
    currency, rate = invoice["local_currency"], invoice["local_rate"]
    return {
        "local_total": round_money(invoice["total"] * rate, currency),
        "local_currency": currency,
        "local_rate": rate,
    }
