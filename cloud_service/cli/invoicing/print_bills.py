"""`energy-cloud document print`: bills and reminders of clients without e-mail as one PDF for the printer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import company_today, day_of
from cloud_service.cli.output import as_json

if TYPE_CHECKING:
    from cloud_service.store.database.session import Session
    from cloud_service.store.delivery.post import InvoiceToPost
    from cloud_service.store.delivery.postal_letters import LetterToPost


@click.command(name="print")
@click.argument("numbers", nargs=-1)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@click.option("--posted", "posted_on", help="Day on which they are handed in; today unless given.")
@click.option("--only-print", is_flag=True, help="Do not mark them as posted: they wait on.")
@click.option("--json", "json_output", is_flag=True, help="Print what was written as JSON.")
def print_bills(
    numbers: tuple[str, ...],
    *,
    out: Path,
    entity: int | None,
    posted_on: str | None,
    only_print: bool,
    json_output: bool,
) -> None:
    """One PDF of all bills and reminders that wait for the post, or of the bills NUMBERS, with a cover list.

    Marks them as posted. They wait whose account is told to go by post, or whose client has no e-mail address.
    """
    from cloud_service.cli.options import entity_of
    from cloud_service.flow import deliver, post_invoices
    from cloud_service.settings import pay_at

    today = company_today()
    with transaction() as session:
        letters: list[LetterToPost] = []
        if numbers:
            invoices = _chosen(session, numbers)
        else:
            entity_id = entity_of(session, entity)
            invoices, letters = _waiting(session, entity_id), _letters(session, entity_id)
        bag = post_invoices.PostBag(
            invoices,
            lambda invoice_id: deliver.document(session, invoice_id, public_url=pay_at()).body,
            letters,
            lambda content: deliver.reminder_file(content, pay_at()),
        )
        pages = post_invoices.print_file(session, bag, out, today)
        if not only_print:
            day = day_of(posted_on, "--posted") if posted_on else today
            post_invoices.mark_posted(session, invoices, day, author=author(), today=today)
            post_invoices.mark_letters_posted(session, letters, day, author=author(), today=today)
    said = {
        "file": str(out), "bills": len(invoices), "reminders": len(letters), "pages": pages, "posted": not only_print,
    }  # fmt: skip
    line = f"{out}: {len(invoices)} bills, {len(letters)} reminders, {pages} pages"
    click.echo(as_json(said) if json_output else line, err=not json_output)


def _chosen(session: "Session", numbers: tuple[str, ...]) -> "list[InvoiceToPost]":
    from cloud_service.cli.names import invoice_id
    from cloud_service.store.delivery import post

    return post.chosen(session, [invoice_id(session, number) for number in numbers])


def _waiting(session: "Session", entity_id: int) -> "list[InvoiceToPost]":
    from cloud_service.store.delivery import post
    from cloud_service.store.scope import Scope

    return post.waiting(session, Scope(frozenset({entity_id})))


def _letters(session: "Session", entity_id: int) -> "list[LetterToPost]":
    from cloud_service.store.delivery import postal_letters
    from cloud_service.store.scope import Scope

    return postal_letters.waiting(session, Scope(frozenset({entity_id})))
