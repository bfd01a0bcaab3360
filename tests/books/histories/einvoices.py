"""What an e-invoice says, held against the bill that it is of."""

import random
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from cloud_service.documents.einvoice.kinds import KINDS
from cloud_service.documents.einvoice.render import render
from cloud_service.documents.from_invoice import paper_of
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from tests.books.histories import opinion
from tests.books.histories.operator import Operator
from tests.books.histories.opinion import ZERO, Nets
from tests.books.histories.papers import Bill, nets_of

LINES = {"cii": "IncludedSupplyChainTradeLineItem", "ubl": "InvoiceLine"}
AMOUNTS = {"cii": "LineTotalAmount", "ubl": "LineExtensionAmount"}
PERCENTS = {"cii": "RateApplicablePercent", "ubl": "Percent"}
TOTALS = {"cii": "GrandTotalAmount", "ubl": "TaxInclusiveAmount"}


def faults_of_einvoices(operator: Operator, dice: random.Random) -> Iterator[str]:
    """One bill of the operator, in one syntax."""
    bills = [bill for bill in operator.papers().bills.values() if bill.total > 0]
    if bills:
        yield from wrong_einvoice(operator, dice.choice(bills), dice.choice(["einvoice_cii", "einvoice_ubl"]))


def wrong_einvoice(operator: Operator, bill: Bill, name: str) -> Iterator[str]:
    """Its lines by percent of VAT, and its total."""
    kind = KINDS[name]
    with transaction(operator.engine) as session:
        document = etree.fromstring(render(paper_of(issued_invoice(session, bill.id)), kind))
    nets: Nets = {}
    for line in document.iterfind(f".//{{*}}{LINES[kind.syntax]}"):
        percent = Decimal(line.findtext(f".//{{*}}{PERCENTS[kind.syntax]}") or 0)
        nets[percent] = nets.get(percent, ZERO) + Decimal(line.findtext(f".//{{*}}{AMOUNTS[kind.syntax]}"))
    total = Decimal(document.findtext(f".//{{*}}{TOTALS[kind.syntax]}"))
    if {percent: net for percent, net in nets.items() if net} != {p: n for p, n in nets_of(bill.lines).items() if n}:
        yield f"the {kind.syntax} of {bill.number} has lines of {nets}, the bill of {nets_of(bill.lines)}"
    if total != bill.total or total != sum(nets.values(), ZERO) + opinion.tax(nets):
        yield f"the {kind.syntax} of {bill.number} is {total}, the bill {bill.total}"
