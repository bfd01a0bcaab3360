"""Bills on paper: what waits after a run, the file for the printer, the day on which they were handed in."""

from datetime import date
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import deliver, post_invoices, remind
from cloud_service.flow.issue import issue
from cloud_service.flow.post_invoices import PostBag
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.audit.log import changes
from cloud_service.store.delivery import post, postal_letters
from cloud_service.store.delivery.post import InvoiceToPost
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
ISSUED, TODAY, LATE = date(2026, 11, 2), date(2026, 11, 5), date(2026, 11, 23)


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


def bill(world: World) -> None:
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)
    issue(world.session, [o.rated for o in outcomes if o.rated], bill_date=ISSUED, author="test")


def on_paper(world: World) -> None:
    """The first account gets its bills by post, the second has no address for e-mails."""
    first, second, _ = world.accounts
    world.session.execute(text("UPDATE account SET delivery = 'post' WHERE id = :id"), {"id": first})
    world.session.execute(
        text("UPDATE client SET email = '' WHERE id = (SELECT client_id FROM account WHERE id = :id)"), {"id": second}
    )


def bag(world: World, invoices: list[InvoiceToPost]) -> PostBag:
    """Bills and all reminders that wait."""
    return PostBag(
        invoices,
        lambda invoice_id: deliver.document(world.session, invoice_id, public_url="").body,
        postal_letters.waiting(world.session, Scope()),
        lambda content: deliver.reminder_file(content, ""),
    )


def test_bills_of_who_wants_post_or_has_no_e_mail_wait_for_it(world: World) -> None:
    on_paper(world)
    bill(world)

    assert ["INV-2026-00001", "INV-2026-00002"] == [each.number for each in post.waiting(world.session, Scope())]
    assert 1 == world.session.execute(text("SELECT count(*) FROM delivery")).scalar_one()
    assert [] == post.waiting(world.session, Scope(frozenset({world.entity + 1})))


def test_one_file_has_them_all_and_they_are_marked_with_day_and_author(world: World, tmp_path: Path) -> None:
    on_paper(world)
    bill(world)
    waiting = post.waiting(world.session, Scope())
    pages = post_invoices.print_file(world.session, bag(world, waiting), tmp_path / "post.pdf", TODAY)
    cover, *bills = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "post.pdf").pages]
    assert 2 == post_invoices.mark_posted(world.session, waiting, TODAY, author="mary", today=TODAY)

    assert pages == len(bills)
    assert all(each.number in cover for each in waiting)
    assert [] == post.waiting(world.session, Scope())
    ids = [each.invoice_id for each in waiting]
    assert [(TODAY, "mary")] * 2 == [(each.posted_on, each.posted_by) for each in post.chosen(world.session, ids)]
    assert "invoice.post" == changes(world.session)[0].action


def test_a_day_that_cannot_be_is_refused_and_so_is_an_empty_batch(world: World, tmp_path: Path) -> None:
    on_paper(world)
    bill(world)
    waiting = post.waiting(world.session, Scope())

    with pytest.raises(InputError, match="lies in the future"):
        post_invoices.mark_posted(world.session, waiting, date(2026, 11, 6), author="mary", today=TODAY)
    with pytest.raises(InputError, match="is dated later"):
        post_invoices.mark_posted(world.session, waiting, date(2026, 11, 1), author="mary", today=TODAY)
    with pytest.raises(NotFoundError, match="nothing waits"):
        post_invoices.print_file(world.session, bag(world, []), tmp_path / "post.pdf", TODAY)


def test_no_bill_is_issued_for_a_seller_without_address(world: World) -> None:
    world.session.execute(text("UPDATE legal_entity SET address = ' '"))

    with pytest.raises(ConflictError, match="Example Energy has no address, and no bill leaves without it"):
        bill(world)
    assert 0 == world.session.execute(text("SELECT count(*) FROM invoice")).scalar_one()


def test_reminders_of_who_gets_post_wait_with_the_bills_and_are_marked_with_them(world: World, tmp_path: Path) -> None:
    on_paper(world)
    bill(world)
    post_invoices.mark_posted(world.session, post.waiting(world.session, Scope()), ISSUED, author="mary", today=TODAY)
    told = remind.remind(world.begin, LATE, author="mary")
    again = remind.remind(world.begin, LATE, author="mary")
    letters = postal_letters.waiting(world.session, Scope())

    assert (3, 0) == (len(told), len(again))
    assert ["A1", "A2"] == [letter.account for letter in letters]
    assert 1 == world.session.scalar(text("SELECT count(*) FROM delivery WHERE kind = 'reminder'"))
    assert [] == postal_letters.waiting(world.session, Scope(frozenset({world.entity + 1})))

    post_invoices.print_file(world.session, bag(world, []), tmp_path / "post.pdf", LATE)
    cover, *pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "post.pdf").pages]

    assert "Zahlungserinnerung A1" in cover
    assert ["INV-2026-00001", "INV-2026-00002"] == [
        number for page in pages for number in ("INV-2026-00001", "INV-2026-00002") if number in page
    ]

    with pytest.raises(InputError, match="dated later"):
        post_invoices.mark_letters_posted(world.session, letters, TODAY, author="mary", today=LATE)
    assert 2 == post_invoices.mark_letters_posted(world.session, letters, LATE, author="mary", today=LATE)
    assert [] == postal_letters.waiting(world.session, Scope())


def test_the_bill_of_a_late_fee_is_printed_behind_the_reminder_that_names_it(world: World, tmp_path: Path) -> None:
    bill(world)
    on_paper(world)
    for day in (LATE, date(2026, 12, 7)):
        remind.remind(world.begin, day, author="test")
    out = tmp_path / "letters.pdf"
    post_invoices.print_file(world.session, bag(world, []), out, date(2026, 12, 7))
    pages = [page.extract_text() for page in pypdf.PdfReader(out).pages]

    (reminder,) = [at for at, page in enumerate(pages) if "Second" in page and "Tenant 1" in page]
    assert "Late fee" in pages[reminder]
    assert "Invoice no." in pages[reminder + 1]
    assert "Late fee" in pages[reminder + 1]
