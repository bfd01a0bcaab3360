"""Lines that wait for the next invoice."""

from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.invoicing.pending_lines import WaitingLine
from cloud_service.domain.invoicing.rebill_difference import ComparedLine, LineChange
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, VatRate
from cloud_service.store.invoicing.pending_lines import NewLine, add, earlier_differences, waiting
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import BILL_DATE, OCTOBER, issue_month

NINETEEN = VatRate("S", Decimal(19))


def share(amount: str, **changes: Any) -> WaitingLine:
    """A share of common costs of October."""
    fields: dict[str, Any] = {
        "charge": "share", "id": "share", "label": "Heating", "utility": "", "unit": "", "tax_category": "", "path": "",
        "start": OCTOBER.start, "end": OCTOBER.end, "quantity": Decimal(1), "price": Decimal(amount),
        "amount_unrounded": Decimal(amount), "amount": Decimal(amount), "why": "a share",
    }  # fmt: skip
    return WaitingLine(**fields | changes)


def keep(world: World, *lines: tuple[str, WaitingLine]) -> int:
    new = [NewLine(world.contracts[0], key, "EUR", line) for key, line in lines]
    return add(world.session, new, reason="heating", author="clerk")


def test_a_line_waits_as_it_was_kept_until_its_days_are_past(world: World) -> None:
    line = share("5.00")
    keep(world, ("a", line))

    (stored,) = waiting(world.session, world.contracts, BILL_DATE)[world.contracts[0]]

    assert (line, True) == (stored.line, stored.free)
    assert {} == waiting(world.session, world.contracts, OCTOBER.start)


def test_a_key_that_is_there_already_keeps_its_line(world: World) -> None:
    assert 2 == keep(world, ("a", share("5.00")), ("b", share("6.00")))
    assert 1 == keep(world, ("a", share("9.00")), ("c", share("7.00")))

    lines = waiting(world.session, world.contracts, BILL_DATE)[world.contracts[0]]
    assert [Decimal("5.00"), Decimal("6.00"), Decimal("7.00")] == [each.line.amount for each in lines]


def test_a_line_that_an_invoice_took_up_waits_no_more(world: World) -> None:
    keep(world, ("a", share("5.00")))

    issued = issue_month(world)

    assert Decimal("105.00") == issued.draft.net
    assert {} == waiting(world.session, world.contracts, date(2027, 1, 1))


def test_the_changes_of_an_earlier_difference_count_as_billed(world: World) -> None:
    issued = issue_month(world)
    change = LineChange(
        charge="energy", label="Energy", unit="kWh", price="0.3", quantity=Decimal(20), amount=Decimal("6.00")
    )
    keep(world, ("d", share("6.00", vat=NINETEEN, corrects=issued.id, changes=(change,))))

    assert [
        ComparedLine("energy", "Energy", "kWh", Decimal("0.3"), Decimal(20), Decimal("6.00"), NINETEEN)
    ] == earlier_differences(world.session, issued.id)


def test_a_difference_of_several_vat_rates_is_balanced_by_rate(world: World) -> None:
    """The first line lists all changes (10.00); 6.00 of them are its own, 4.00 belong to the second one's rate."""
    issued = issue_month(world)
    change = LineChange(charge="x", label="X", unit="", price="", quantity=Decimal(0), amount=Decimal("10.00"))
    keep(
        world,
        ("d", share("6.00", vat=NINETEEN, corrects=issued.id, changes=(change,))),
        ("e", share("4.00", vat=OUTSIDE_VAT, corrects=issued.id, changes=())),
    )

    billed = earlier_differences(world.session, issued.id)

    assert [("S", Decimal("10.00")), ("S", Decimal("-4.00")), ("O", Decimal("4.00"))] == [
        (line.vat.category, line.amount) for line in billed
    ]
