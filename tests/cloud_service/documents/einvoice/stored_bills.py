"""Bills as the product stored them: rated, issued, credited and paid by its own steps, of each kind there is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.invoice import single_line
from cloud_service.flow.advances import plan
from cloud_service.flow.advances.run import AdvanceIssue, issue_due
from cloud_service.flow.collect.incoming import pay
from cloud_service.flow.correct_invoice import credit
from cloud_service.flow.issue import issue, issue_apart
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from common.period import Span
from tests.books.world import FLAT, World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILL_DATE = date(2026, 11, 2)
VAT = {"name": "VAT", "label": "VAT 19 %", "category": "S", "percent": "19"}
ENERGY, STANDING = FLAT["charges"]
SELLER = """
UPDATE legal_entity SET vat_id = 'DE123456789', phone = '+49 40 555 0100', email = 'bills@example.org'
"""
BUYER = """
UPDATE client SET kind = 'company', address = E'Street 1\n20457 Hamburg', buyer_reference = '04011000-12345-35'
"""
RATE = text("INSERT INTO currency_rate (day, base, currency, rate, source) VALUES (:day, 'EUR', :currency, :rate, 't')")


def tariff(*charges: dict[str, Any], taxes: Any = (VAT,), **more: Any) -> dict[str, Any]:
    """The plain tariff with other charges or taxes."""
    return FLAT | {"charges": list(charges or FLAT["charges"]), "taxes": list(taxes)} | more


def operator(session: Session, document: dict[str, Any], changes: str = "", tenants: int = 1) -> World:
    """A German company and a German client with all that an e-invoice needs, with October's readings."""
    world = build(session, tariff=document, tenants=0)
    for _ in range(tenants):
        world.tenant(currency=document["currency"])
        world.readings(world.registers[-1], OCTOBER)
    for statement in filter(None, (SELLER, BUYER, *changes.split(";"))):
        session.execute(text(statement))
    if document["currency"] != "EUR":
        session.execute(RATE, {"day": BILL_DATE, "currency": document["currency"], "rate": Decimal("0.0062")})
    session.commit()
    return world


def bill(world: World, *, instead_of: WrittenInvoice | None = None) -> WrittenInvoice:
    """October's bill of all contracts."""
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)
    assert [] == [outcome.reason for outcome in outcomes if outcome.rated is None]
    rated = [outcome.rated for outcome in outcomes if outcome.rated]
    return issue(world.session, rated, bill_date=BILL_DATE, author="test", instead_of=instead_of)[0]


def credited(world: World) -> WrittenInvoice:
    """The credit note of October's bill."""
    return credit(
        world.session, bill(world).id, reason="wrong reading", day=BILL_DATE, author="test",
        clock=lambda: datetime(2026, 11, 2, 12, tzinfo=UTC),
    )  # fmt: skip


def billed_anew(world: World) -> WrittenInvoice:
    """The bill that takes the place of a credited one."""
    return bill(world, instead_of=credited(world))


def paid_by_credit(world: World) -> WrittenInvoice:
    """A bill that found money of the client."""
    pay(
        world.session, world.accounts[0], Decimal("50.00"), provider="bank", reference="P-1", day=date(2026, 10, 5),
        author="test",
    )  # fmt: skip
    return bill(world)


def late_fee(world: World) -> WrittenInvoice:
    """A bill of one line that no tax is on."""
    account = parties(world.session, world.accounts, BILL_DATE)[world.accounts[0]]
    fee = single_line(
        account, charge="fees", label="Reminder", amount=Decimal("2.50"), why="a letter", days=OCTOBER,
        bill_date=BILL_DATE, basis=InvoiceBasis(),
    )  # fmt: skip
    return issue_drafts(world.session, [fee], author="test")[0]


LOW = VAT | {"name": "low", "percent": "7", "default": False}
EXEMPT, ZERO, UNTAXED = ({"name": c, "label": c, "category": c, "default": False} for c in ("E", "Z", "O"))


def all_of(category: str) -> dict[str, Any]:
    """The plain tariff in one category without a rate."""
    return tariff(taxes=[{"name": "VAT", "label": category, "category": category}])


@dataclass(frozen=True)
class Case:
    """A tariff, what is different about the parties, how the bill comes about, how many contracts it has."""

    tariff: dict[str, Any]
    changes: str = ""
    make: Callable[[World], WrittenInvoice] = bill
    tenants: int = 1


FOREIGN_BUYER = "UPDATE client SET country = 'FR', vat_id = 'FR40303265045', address = E'Rue 1\n75001 Paris'"
ONE_ACCOUNT = "UPDATE contract SET account_id = (SELECT min(id) FROM account)"
WATER = """UPDATE service_point SET utility = 'water', grid_id = 'W-1';
UPDATE register SET name = 'volume', unit = 'm3', quantity = 'volume'"""


def agreed(world: World, amount: str = "20.10", timing: str = "before") -> None:
    """The first contract pays in advance from October on."""
    plan.agree(
        world.session, world.contracts[0], AdvanceTerms(Decimal(amount), timing=timing), OCTOBER.start, author="t"
    )


def in_advance(world: World, on: date = OCTOBER.start) -> WrittenInvoice:
    """What falls due of it on a day."""
    how = AdvanceIssue(world.entity, on, issue_apart, "t")
    (bill_in_advance,) = issue_due(world.begin, how).issued
    return bill_in_advance


def advance(world: World) -> WrittenInvoice:
    """A bill in advance, of an amount that no net gives with its tax."""
    agreed(world)
    return in_advance(world)


def in_arrears(world: World) -> WrittenInvoice:
    """One for a period that is over."""
    agreed(world, timing="after")
    return in_advance(world, OCTOBER.end)


def advance_credited(world: World) -> WrittenInvoice:
    """A bill in advance that is taken back."""
    return credit(
        world.session, advance(world).id, reason="wrong", day=BILL_DATE, author="test",
        clock=lambda: datetime(2026, 11, 2, 12, tzinfo=UTC),
    )  # fmt: skip


def settlement(world: World, amount: str = "20.10") -> WrittenInvoice:
    """The bill that takes an advance off."""
    agreed(world, amount)
    in_advance(world)
    return bill(world)


def settlement_in_favour(world: World) -> WrittenInvoice:
    """More was billed in advance than was used."""
    return settlement(world, "2000.10")


def settlement_of_another_rate(world: World) -> WrittenInvoice:
    """The tax fell between the advance and the bill of its days."""
    agreed(world)
    in_advance(world)
    lower = '[{"name": "VAT", "label": "VAT", "category": "S", "percent": "16"}]'
    world.session.execute(
        text("UPDATE tariff_version SET document = jsonb_set(document, '{taxes}', cast(:taxes AS jsonb)), hash = 'b'"),
        {"taxes": lower},
    )
    return bill(world)


def settlement_credited(world: World) -> WrittenInvoice:
    """The credit note of a bill that had taken an advance off."""
    return credit(
        world.session, settlement(world).id, reason="wrong reading", day=BILL_DATE, author="test",
        clock=lambda: datetime(2026, 11, 2, 12, tzinfo=UTC),
    )  # fmt: skip


def settlement_anew(world: World) -> WrittenInvoice:
    """What takes its place."""
    return bill(world, instead_of=settlement_credited(world))


RATE_BEFORE = """
INSERT INTO currency_rate (day, base, currency, rate, source) VALUES ('2026-10-01', 'EUR', 'USD', 0.9, 't')
"""
POWER_TAX = [
    {"name": "power", "label": "Electricity tax", "percent": "10", "on": ["energy"]}, VAT | {"also_on": ["power"]}
]  # fmt: skip
CASES = {
    "plain": Case(tariff()),
    "advance": Case(tariff(), make=advance),
    "advance in arrears": Case(tariff(), make=in_arrears),
    "advance credited": Case(tariff(), make=advance_credited),
    "advance, reverse charge": Case(all_of("AE"), FOREIGN_BUYER, make=advance),
    "advance, untaxed": Case(tariff(taxes=[]), make=advance),
    "advance in dollars": Case(tariff(currency="USD"), RATE_BEFORE, make=advance),
    "settlement": Case(tariff(), make=settlement),
    "settlement of two contracts": Case(tariff(), ONE_ACCOUNT, make=settlement, tenants=2),
    "settlement in favour": Case(tariff(), make=settlement_in_favour),
    "settlement of another rate": Case(tariff(), make=settlement_of_another_rate),
    "settlement credited": Case(tariff(), make=settlement_credited),
    "settlement anew": Case(tariff(), make=settlement_anew),
    "settlement, reverse charge": Case(all_of("AE"), FOREIGN_BUYER, make=settlement),
    "settlement, untaxed": Case(tariff(taxes=[]), make=settlement),
    "settlement, tax on the tax": Case(tariff(taxes=POWER_TAX), make=settlement),
    "settlement, line by line": Case(tariff(rounding={"policy": "line_tax"}), make=settlement),
    "settlement to the coin": Case(tariff(rounding={"cash": "0.05"}), make=settlement),
    "credit note": Case(tariff(), make=credited),
    "billed anew": Case(tariff(), make=billed_anew),
    "paid by credit": Case(tariff(), make=paid_by_credit),
    "late fee": Case(tariff(), make=late_fee),
    "two rates": Case(tariff(ENERGY, STANDING | {"tax": "low"}, taxes=[VAT, LOW])),
    "water": Case(tariff(ENERGY | {"register": "water", "price": "2.05"}, STANDING), WATER),
    "two contracts": Case(tariff(), ONE_ACCOUNT, tenants=2),
    "feed-in above all": Case(tariff(ENERGY | {"price": "-0.0811"})),
    "feed-in": Case(tariff(ENERGY | {"price": "-0.0011"}, STANDING)),
    "a price of twelve places": Case(tariff(ENERGY | {"price": "0.312345678912"})),
    "discount and minimum": Case(tariff(
        *FLAT["charges"], {"kind": "percentage", "percent": "-10", "of": ["*"]},
        {"kind": "minimum", "amount": "500.00", "of": ["*"]},
    )),
    "zero rated": Case(all_of("Z")),
    "exempt": Case(all_of("E")),
    "reverse charge": Case(all_of("AE"), FOREIGN_BUYER),
    "to another country of the Union": Case(all_of("K"), FOREIGN_BUYER),
    "export": Case(all_of("G"), "UPDATE client SET country = 'CH', address = E'Weg 1\n8001 Zürich'"),
    "untaxed": Case(tariff(taxes=[])),
    "nothing at the standard rate": Case(tariff(taxes=[VAT | {"percent": "0"}])),
    "taxed and exempt": Case(tariff(ENERGY, STANDING | {"tax": "E"}, taxes=[VAT, EXEMPT])),
    "taxed and untaxed": Case(tariff(ENERGY, STANDING, taxes=[VAT | {"on": ["energy"]}])),
    "taxed, exempt and untaxed": Case(tariff(
        ENERGY, STANDING | {"tax": "E"}, STANDING | {"id": "fee", "label": "Fee"},
        taxes=[VAT | {"on": ["energy"]}, EXEMPT],
    )),
    "rounded to the coin": Case(tariff(rounding={"cash": "0.05"})),
    "rounded to the coin and credited": Case(tariff(rounding={"cash": "0.05"}), make=credited),
    "rounded once a tax": Case(tariff(
        ENERGY | {"price": "0.301"}, ENERGY | {"id": "b", "price": "0.303"}, rounding={"policy": "tax"}
    )),
    "taxed line by line": Case(tariff(rounding={"policy": "line_tax"})),
    "a tax on the tax": Case(tariff(taxes=[
        {"name": "power", "label": "Electricity tax", "percent": "10", "on": ["energy"]}, VAT | {"also_on": ["power"]}
    ])),
    "in dollars": Case(tariff(currency="USD")),
    "in yen": Case(tariff(ENERGY | {"price": "45"}, STANDING | {"amount": "1500"}, currency="JPY")),
    "in dinars of whole tenths": Case(tariff(
        ENERGY | {"price": "0.1"}, STANDING | {"amount": "1.000"}, currency="KWD", taxes=[VAT | {"percent": "0"}]
    )),
    "by a company of Kenya": Case(tariff(), "UPDATE legal_entity SET vat_id = 'P051234567X', country = 'KE'"),
    "by a company without a VAT id": Case(tariff(), "UPDATE legal_entity SET vat_id = '', tax_number = '22/815/08151'"),
    "in dollars to the coin": Case(tariff(currency="USD", rounding={"cash": "0.05"})),
    "to Poland": Case(tariff(), "UPDATE client SET country = 'PL', address = E'Prosta 1\\n00-001 Warszawa'"),
    "to Leeds": Case(tariff(), "UPDATE client SET country = 'GB', address = E'Road 1\\nLeeds\\nLS1 4AP'"),
    "to Springfield": Case(tariff(), "UPDATE client SET country = 'US', address = E'Road 1\\nSpringfield, IL 62704'"),
    "to a client with odd letters": Case(tariff(), "UPDATE client SET name = 'Łódź & <Söhne> \U0001F600 محمد'"),
}  # fmt: skip
