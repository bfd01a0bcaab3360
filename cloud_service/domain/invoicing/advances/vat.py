"""The tax on a bill in advance: that of the supply it is for, taken out of an amount that contains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import UNSET

from cloud_service.domain.invoicing.pending_lines import ADVANCES, WaitingTax
from cloud_service.domain.money import plain, round_money
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import shortest
from cloud_service.domain.pricing.references import meant
from cloud_service.domain.pricing.tax import Tax, rate_on
from cloud_service.domain.tariffs.document import Document
from cloud_service.domain.tariffs.tariff import Tariff
from common.errors import ConflictError

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class NetAndTax:
    """An amount with taxes in its parts: they always sum to it."""

    net: Decimal
    tax: Decimal


def tax_of_supply(tariffs: Sequence[Tariff], day: date) -> WaitingTax | None:
    """The one tax that energy, or else everything, has by the tariffs of a day; None outside of all taxes.

    A levy on which another tax is due is part of that one's base. Several taxes on one line, or several rates, cannot
    be taken out of one amount and are refused.
    """
    documents = [
        version.document for tariff in tariffs for version in tariff.versions if version.start <= day < version.until
    ]
    taxes = {tax for document in documents for tax in _taxes(document, day)}
    if len(taxes) > 1:
        names = ", ".join(sorted(f"{tax.label} ({tax.percent:f} %)" if tax else "none" for tax in taxes))
        raise ConflictError(
            f"the tariff has several taxes on {day}: {names}", path="tariff", code="several_taxes",
            hint="an advance is one amount with one tax: bill this connection more often instead",
        )  # fmt: skip
    return next(iter(taxes), None)


def _taxes(document: Document, day: date) -> set[WaitingTax | None]:
    """What the charges for energy have; of a tariff without any, what all charges have. None: no tax."""
    by_charge = {charge.name: _of_charge(document, charge.name, day) for charge in document.charges}
    energy = [charge.name for charge in document.charges if charge.kind in ("energy", "spot")]
    return {tax for name in energy or by_charge for tax in by_charge[name] or (None,)}


def _of_charge(document: Document, name: str, day: date) -> list[WaitingTax]:
    levies = {each for tax in document.taxes for each in tax.also_on}
    return [
        _waiting_tax(tax, day, f"taxes[{index}]")
        for index, tax in enumerate(document.taxes)
        if tax.name not in levies and name in _taxed(document, tax)
    ]


def _taxed(document: Document, tax: Tax) -> set[str]:
    """The names of the charges that have the tax."""
    charges = [charge for charge in document.charges if (charge.tax == tax.name or (tax.default and not charge.tax))]
    return {charge.name for charge in (meant(tax.on, charges, document.charges) if tax.on else charges)}


def _waiting_tax(tax: Tax, day: date, path: str) -> WaitingTax:
    return WaitingTax(
        name=tax.name, label=tax.label or tax.name, category=tax.category, percent=shortest(rate_on(tax, day, path)),
        reason=tax.reason or UNSET,
    )  # fmt: skip


def parts(gross: Decimal, tax: WaitingTax | None, currency: str) -> NetAndTax:
    """The net of an amount with its tax; what rounding leaves is tax, so that the amount stays what was agreed."""
    if tax is None or not tax.percent:
        return NetAndTax(gross, gross - gross)
    net = round_money(gross * HUNDRED / (HUNDRED + tax.percent), currency)
    return NetAndTax(net, gross - net)


def tax_line(tax: WaitingTax, amounts: NetAndTax) -> TaxLine:
    """The tax as it stands on the bill in advance."""
    gross = amounts.net + amounts.tax
    return TaxLine(
        tax=tax.name, label=tax.label, category=tax.category, percent=tax.percent, base=amounts.net,
        amount_unrounded=amounts.tax, amount=amounts.tax, path=ADVANCES, by_line=True, reason=tax.reason,
        why=f"{plain(tax.percent)} % that {plain(gross)} contains",
    )  # fmt: skip
