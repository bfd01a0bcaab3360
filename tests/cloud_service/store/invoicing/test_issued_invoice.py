"""An issued invoice read back: as it was drafted, with the proof that it is."""

from datetime import date
from decimal import Decimal

import msgspec
import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.flow import collect, correct_invoice
from cloud_service.store.invoicing.issued_invoice import invoice_with_proof, issued_invoice, lines_of
from common.errors import NotFoundError
from tests.books.world import World, noon
from tests.cloud_service.store.invoicing.october import OCTOBER, issue_month

MONEY = ("quantity", "price", "amount_unrounded", "amount", "tax_rate")


def texts(line: BilledLine) -> BilledLine:
    """The line without the zeros that columns add."""
    return msgspec.structs.replace(line, **{name: getattr(line, name).normalize() for name in MONEY})


def test_an_invoice_is_read_back_as_it_was_drafted(world: World) -> None:
    issued = issue_month(world, "100.00")
    draft = issued.draft

    invoice = issued_invoice(world.session, issued.id)

    assert (issued.number, issued.public_id, OCTOBER) == (invoice.number, invoice.public_id, invoice.during)
    assert (Decimal("100.00"), Decimal("19.00"), Decimal("119.00")) == (invoice.net, invoice.tax, invoice.total)
    assert (draft.account.seller, draft.account.buyer) == (invoice.seller, invoice.buyer)
    assert draft.basis == invoice.basis
    assert [texts(line) for line in draft.lines] == [texts(line) for line in invoice.lines]


def test_an_unknown_invoice_is_refused(session: Session) -> None:
    with pytest.raises(NotFoundError, match="no invoice 99"):
        issued_invoice(session, 99)


def test_what_credit_paid_on_the_day_of_issue_is_settled_and_later_money_is_not(world: World) -> None:
    collect.pay(
        world.session, world.accounts[0], Decimal("19.00"), provider="bank", reference="1", day=date(2026, 11, 1),
        author="t",
    )  # fmt: skip
    issued = issue_month(world)
    collect.pay(
        world.session, world.accounts[0], Decimal("50.00"), provider="bank", reference="2", day=date(2026, 11, 9),
        author="t",
    )  # fmt: skip

    assert Decimal("19.00") == issued_invoice(world.session, issued.id).settled
    settlements = invoice_with_proof(world.session, issued.id).settlements
    assert [("bank 1", Decimal("19.00")), ("bank 2", Decimal("50.00"))] == [(s.by, s.amount) for s in settlements]


def test_a_credit_note_and_its_invoice_name_each_other(world: World) -> None:
    issued = issue_month(world)
    note = correct_invoice.credit(
        world.session, issued.id, reason="wrong", day=date(2026, 11, 9), author="t",
        clock=lambda: noon(date(2026, 11, 9)),
    )  # fmt: skip

    assert [note.number] == invoice_with_proof(world.session, issued.id).corrected_by
    read = issued_invoice(world.session, note.id)
    assert (issued.number, "wrong", issued.number) == (read.corrects, read.reason, read.basis.corrects)
    assert invoice_with_proof(world.session, note.id).unchanged


def test_a_row_that_was_changed_by_force_is_not_what_was_issued(
    world: World, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    issued = issue_month(world)
    world.session.commit()
    owner.execute("ALTER TABLE invoice DISABLE TRIGGER refuse_change")
    assert invoice_with_proof(world.session, issued.id).unchanged
    world.session.rollback()

    owner.execute('UPDATE invoice SET buyer = buyer || \'{"name": "Somebody else"}\'')

    assert not invoice_with_proof(world.session, issued.id).unchanged


def test_lines_keep_their_order(world: World) -> None:
    assert ["Energy"] == [line.label for line in lines_of(world.session, issue_month(world).id)]
    assert [] == lines_of(world.session, 99)
