"""Stored facts become a paper: what the books froze, put where it is printed."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.documents.from_invoice import paper_of
from cloud_service.documents.paper import InvoicePaper, LineFactor, UtilityUse
from cloud_service.domain.customers.postal_address import PostalAddress
from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billed_line import BilledLine, LineExplanation
from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from cloud_service.domain.invoicing.issued_invoice import IssuedInvoice
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.invoicing.issued_invoice import issued_invoice
from common.period import Span
from tests.books.world import FLAT, build

D = Decimal
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def contract(**changes: Any) -> dict[str, Any]:
    """A contract of an invoice's basis, as it is stored."""
    terms = {"id": 1, "point": "Flat 1", "grid_id": "", "utility": "electricity", "meters": ["M1"]}
    return {"contract": terms | changes, "sources": [], "start": "2026-10-01", "end": "2026-11-01", "energy": 0}


def invoice(lines: list[BilledLine], **changes: Any) -> IssuedInvoice:
    """An invoice of October; seller, buyer and basis as they are stored."""
    columns: dict[str, Any] = {
        "id": 1, "public_id": UUID(int=1), "legal_entity_id": 1, "account_id": 1, "issued_by": "", "corrects": "",
        "kind": "invoice", "number": "INV-1", "bill_date": date(2026, 11, 2), "due_date": date(2026, 11, 16),
        "during": OCTOBER, "currency": "EUR", "net": D(10), "tax": D(0),
        "total": D(10), "settled": D(0), "prepaid": False, "reason": "", "energy": 298_000, "local_currency": "EUR",
        "local_rate": D(1), "seller": {"name": "S", "address": "A 1\n\n 12345 B ", "bank_accounts": []},
        "buyer": {"name": "B", "locale": "de", "account": "A1", "number": "C1"},
        "basis": {"contracts": [contract()], "taxes": [], "usage": []}, "lines": tuple(lines),
    } | changes  # fmt: skip
    stored: dict[str, type[Any]] = {"seller": Seller, "buyer": Buyer, "basis": InvoiceBasis}
    return IssuedInvoice(**columns | {name: from_json(kind, columns[name]) for name, kind in stored.items()})


def line(**changes: Any) -> BilledLine:
    """A line of October's energy."""
    columns: dict[str, Any] = {
        "contract_id": 1, "charge": "energy", "label": "Energy", "quantity": D(298), "unit": "kWh",
        "price": D("0.30"), "amount_unrounded": D(10), "amount": D(10), "tax_category": "S", "tax_rate": D(19),
        "during": OCTOBER, "explanation": LineExplanation(utility="electricity"),
    }  # fmt: skip
    return BilledLine(**columns | changes)


def paper(lines: list[BilledLine] | None = None, **changes: Any) -> InvoicePaper:
    """The paper of an invoice with some lines."""
    return paper_of(invoice(lines or [line()], **changes))


def test_the_last_day_is_the_one_before_the_end() -> None:
    assert (date(2026, 10, 1), date(2026, 10, 31)) == (paper().first_day, paper().last_day)


def test_addresses_lose_empty_lines() -> None:
    assert ("A 1", "12345 B") == paper().seller.address


def test_an_address_has_its_fields_as_they_were_entered_else_as_they_are_read() -> None:
    entered = {
        "name": "B",
        "address": "Kai 1\n20457 Hamburg",
        "street": "Kai 1",
        "postcode": "20457",
        "city": "Hamburg",
    }
    odd = paper(buyer=entered | {"city": "Hamburg-Mitte", "region": "HH"}).buyer.postal
    assert PostalAddress("Kai 1", "20457", "Hamburg-Mitte", "HH") == odd
    assert PostalAddress("A 1", "12345", "B") == paper().seller.postal


def test_a_bill_that_goes_abroad_names_both_countries() -> None:
    seller = {"name": "S", "address": "A 1\n12345 B", "country": "DE", "locale": "de", "bank_accounts": []}
    buyer = {"name": "B", "address": "Rue 1\n75001 Paris", "country": "FR"}
    abroad, at_home = paper(seller=seller, buyer=buyer), paper(seller=seller, buyer=buyer | {"country": "DE"})

    assert ("Rue 1", "75001 Paris", "FRANKREICH") == abroad.buyer.address
    assert ("A 1", "12345 B", "DEUTSCHLAND") == abroad.seller.address
    assert (("Rue 1", "75001 Paris"), ("A 1", "12345 B")) == (at_home.buyer.address, at_home.seller.address)
    assert PostalAddress("Rue 1", "75001", "Paris") == abroad.buyer.postal


def test_lines_stand_below_their_supply_point_and_meter_and_do_not_repeat_it() -> None:
    first = paper([line(label="Energy · Flat 1")]).lines[0]

    assert ("Energy", "Flat 1 · M1") == (first.label, first.group)


def test_a_fixed_line_shows_its_quantity_and_no_price() -> None:
    first = paper([line(quantity=D(1), price=D(5), explanation=LineExplanation(utility="", quantity=D("2.5")))]).lines[
        0
    ]

    assert (D("2.5"), None) == (first.quantity, first.price)


def test_a_line_for_a_part_of_the_days_names_them_and_others_do_not() -> None:
    half_month = line(during=Span(date(2026, 10, 15), date(2026, 11, 1)))
    whole, later = paper([line(), half_month]).lines

    assert (None, (date(2026, 10, 15), date(2026, 10, 31))) == (whole.days, later.days)


def test_the_bank_account_is_the_one_in_the_bill_s_currency() -> None:
    accounts = [
        {"holder": "S", "iban": "GB82WEST12345698765432", "bic": "", "currency": "GBP"},
        {"holder": "S", "iban": "DE02120300000000202051", "bic": "X", "currency": "EUR"},
    ]
    bank = paper(seller={"name": "S", "bank_accounts": accounts}).bank

    assert bank is not None
    assert "DE02120300000000202051" == bank.iban
    assert None is paper(seller={"name": "S", "bank_accounts": accounts[:1]}).bank


def test_a_fee_is_a_plain_invoice_without_use() -> None:
    fee = paper(
        [line(contract_id=None, explanation=LineExplanation(utility=""))],
        energy=0,
        basis={"contracts": [], "taxes": []},
    )

    assert ("plain", ()) == (fee.utility, fee.uses)


def test_a_credit_note_names_its_utility_by_its_lines() -> None:
    note = paper([line(contract_id=None)], kind="credit_note", energy=-298_000, basis={"contracts": []})

    assert ("electricity", UtilityUse("electricity", "kWh", D(-298))) == (note.utility, *note.uses)


def test_lines_know_the_utility_of_their_contract_and_the_kind_of_price() -> None:
    water = paper([line()], basis={"contracts": [contract(utility="water")]}).lines[0]

    assert ("water", "energy") == (water.utility, water.charge)


def test_each_supply_point_of_a_bill_has_its_id() -> None:
    both = [
        contract(grid_id="51238696781"),
        contract(id=2, utility="water", grid_id=""),
        contract(grid_id="X", point="F2"),
    ]

    assert [("Flat 1", "51238696781"), ("F2", "X")] == [
        (point.name, point.grid_id) for point in paper(basis={"contracts": both}).supply_points
    ]


def test_a_meter_s_number_is_no_id_of_the_grid() -> None:
    assert () == paper(basis={"contracts": [contract(grid_id="M1")]}).supply_points


def test_a_bill_is_final_when_all_of_its_contracts_end_with_it() -> None:
    ends, goes_on = contract(until="2026-11-01"), contract(id=2)

    assert date(2026, 10, 31) == paper(basis={"contracts": [ends]}).ended_on
    assert None is paper(basis={"contracts": [ends, goes_on]}).ended_on
    assert None is paper(basis={"contracts": [contract(until="2026-12-01")]}).ended_on


def test_a_bill_in_another_currency_says_what_it_is_in_the_seller_s() -> None:
    other = paper(local_currency="KES", local_rate=D("151.2"))

    assert (D("1512.00"), "KES") == (other.local_total, other.local_currency)
    assert None is paper().local_total


def test_an_estimated_line_is_one_on_paper() -> None:
    estimated = line(explanation=LineExplanation(utility="electricity", estimated=True))

    assert [True, False] == [printed.estimated for printed in paper([estimated, line()]).lines]


def test_what_multiplied_an_amount_for_time_is_known_of_bills_of_any_age(session: Session) -> None:
    power = {"kind": "standing", "label": "Capacity", "amount": "0.10", "per": "day", "times": "contracted_kw"}
    world = build(session, tariff=FLAT | {"charges": [power]}, tenants=1)
    session.execute(text("""UPDATE service_point SET settings = '{"values": {"contracted_kw": "4.4"}}'"""))
    october = Span(date(2026, 10, 1), date(2026, 11, 1))
    world.readings(world.registers[0], october)
    (rated,) = rate_contracts(session, world.contracts, october)
    assert rated.rated is not None
    (issued,) = issue(session, [rated.rated], bill_date=date(2026, 11, 2), author="test")
    (capacity,) = paper_of(issued_invoice(session, issued.id)).lines

    assert (LineFactor(Decimal("4.4"), "contracted_kw"), Decimal("136.4")) == (capacity.times, capacity.quantity)
