"""Lines that wait for a contract's next invoice are added to its rating, and their taxes with them."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from cloud_service.domain.invoicing.basis import SettledAdvance
from cloud_service.domain.invoicing.rebill_difference import LineChange
from cloud_service.domain.money import plain, round_money
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, ChargeLine, RatedLine, VatRate, shortest
from cloud_service.domain.rating.combined import join
from cloud_service.domain.rating.rated_contract import RatedContract, Rating

HUNDRED = Decimal(100)
ADVANCES = "advances"  # the path of the tax of bills in advance, which is taken off as it was billed


class WaitingTax(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The one tax on a waiting line."""

    name: str
    label: str  # the text for the invoice
    category: str  # EN 16931 VAT category code
    percent: Decimal
    reason: str | UnsetType = UNSET  # the text that the invoice must show where no tax is charged


class WaitingLine(ChargeLine, frozen=True, kw_only=True):
    """A line that waits for the next invoice: a share of common costs, a difference, an advance."""

    tax: WaitingTax | None = None
    vat: VatRate | UnsetType = UNSET  # of a difference: what `tax` says, or outside of VAT
    corrects: int | UnsetType = UNSET  # of a difference or an advance: id of the invoice
    changes: tuple[LineChange, ...] | UnsetType = UNSET  # of a difference: the lines that it sums up
    tax_amount: Decimal | UnsetType = UNSET  # of an advance: as it was billed, and not rounded again
    advance: SettledAdvance | UnsetType = UNSET  # the bill in advance that the line takes off

    def rated(self) -> RatedLine:
        """The line as it stands beside those of a rating, with the VAT that its tax is."""
        common = {name: getattr(self, name) for name in ChargeLine.__struct_fields__}
        return RatedLine(vat=VatRate(self.tax.category, self.tax.percent) if self.tax else OUTSIDE_VAT, **common)


def take_up(contract: RatedContract, waiting: Sequence[WaitingLine]) -> RatedContract:
    """The rated contract with its waiting lines; without any, as it was. Days, energy and history are its own."""
    if not waiting:
        return contract
    whole = join([contract, *(rating_of_line(line, contract.currency) for line in waiting)])
    return msgspec.structs.replace(
        contract,
        lines=whole.lines,
        taxes=whole.taxes,
        net=whole.net,
        tax=whole.tax,
        total=whole.total,
        total_unrounded=whole.total_unrounded,
    )


def rating_of_line(line: WaitingLine, currency: str) -> Rating:
    """One line as a rating of its own, with its tax."""
    taxes = (_tax_line(line.tax, line, currency),) if line.tax else ()
    due = sum((tax.amount for tax in taxes), Decimal(0))
    return Rating(
        currency=currency,
        start=line.start,
        end=line.end,
        lines=(line.rated(),),
        taxes=taxes,
        max_demand_kw=None,
        energy=0,
        net=line.amount,
        tax=due,
        total=line.amount + due,
        total_unrounded=shortest(line.amount + due),
    )


def _tax_line(tax: WaitingTax, line: WaitingLine, currency: str) -> TaxLine:
    if line.tax_amount is not UNSET:
        return TaxLine(
            tax=tax.name, label=tax.label, category=tax.category, percent=tax.percent, base=line.amount,
            amount_unrounded=line.tax_amount, amount=line.tax_amount, path=ADVANCES, by_line=True, reason=tax.reason,
            why=f"as it was billed in advance, on {plain(line.amount)}",
        )  # fmt: skip
    unrounded = line.amount * tax.percent / HUNDRED
    return TaxLine(
        tax=tax.name, label=tax.label, category=tax.category, percent=tax.percent, base=line.amount,
        amount_unrounded=shortest(unrounded), amount=round_money(unrounded, currency), path="", reason=tax.reason,
        why=f"{format(tax.percent, 'f')} % of {plain(line.amount)}",
    )  # fmt: skip
