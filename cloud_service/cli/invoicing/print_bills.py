"""`energy-cloud document print`: the bills of clients without e-mail as one PDF for the printer."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import company_today, day_of
from cloud_service.cli.output import as_json

if TYPE_CHECKING:
    from cloud_service.store.database.session import Session
    from cloud_service.store.delivery.post import InvoiceToPost


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
    """One PDF of all bills that wait for the post, or of the bills NUMBERS, with a cover list; marks them as posted.

    Bills wait whose account is told to go by post, or whose client has no e-mail address.
    """
    from cloud_service.cli.options import entity_of
    from cloud_service.flow import deliver, post_invoices
    from cloud_service.settings import pay_at

    today = company_today()
    with transaction() as session:
        invoices = _chosen(session, numbers) if numbers else _waiting(session, entity_of(session, entity))
        pages = post_invoices.print_file(
            session,
            invoices,
            lambda invoice_id: deliver.document(session, invoice_id, public_url=pay_at()).body,
            out,
            today,
        )
        if not only_print:
            day = day_of(posted_on, "--posted") if posted_on else today
            post_invoices.mark_posted(session, invoices, day, author=author(), today=today)
    said = {"file": str(out), "bills": len(invoices), "pages": pages, "posted": not only_print}
    click.echo(as_json(said) if json_output else f"{out}: {len(invoices)} bills, {pages} pages", err=not json_output)


def _chosen(session: "Session", numbers: tuple[str, ...]) -> "list[InvoiceToPost]":
    from cloud_service.cli.names import invoice_id
    from cloud_service.store.delivery import post

    return post.chosen(session, [invoice_id(session, number) for number in numbers])


def _waiting(session: "Session", entity_id: int) -> "list[InvoiceToPost]":
    from cloud_service.store.delivery import post
    from cloud_service.store.scope import Scope

    return post.waiting(session, Scope(frozenset({entity_id})))
