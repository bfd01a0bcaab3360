"""`energy-cloud entity numbers|set-numbers`: how a company numbers its bills, credit notes and receipts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import entity_of
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
WHICH = click.option("--entity", type=int, help="Legal entity; needed where there are several.")


@click.command()
@WHICH
@JSON
def numbers(*, entity: int | None, json_output: bool) -> None:
    """The number series: what was given out, what comes next."""
    from cloud_service.store.invoicing.numbers.series_manners import series_of

    with transaction() as session:
        rows = [
            {"kind": row.kind, "pattern": row.pattern, "digits": row.digits, "first": row.first if row.given else None,
             "last": row.last if row.given else None, "next_number": row.next_number, "closed": row.closed}
            for row in series_of(session, entity_of(session, entity))
        ]  # fmt: skip
    if json_output:
        click.echo(as_json(rows))
    elif rows:
        print_table([name.upper() for name in rows[0]], [[str(cell or "-") for cell in row.values()] for row in rows])
    else:
        click.echo("they begin with the first bill: INV-YEAR-00001")


@click.command(name="set-numbers")
@click.argument("kind", type=click.Choice(["invoice", "credit_note", "receipt"]))
@click.option("--prefix", "pattern", help="What stands before the number; {year} or {yy} becomes the year of the bill.")
@click.option("--digits", type=int, help="Shorter numbers get zeros in front.")
@click.option("--next", "next_number", type=int, help="The next number; never back.")
@click.option("--yearly/--going-on", default=None, help="Begins with 1 again each year, or goes on.")
@WHICH
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@JSON
def set_numbers(
    kind: str, *, pattern: str | None, digits: int | None, next_number: int | None, yearly: bool | None,
    entity: int | None, reason: str, json_output: bool,
) -> None:  # fmt: skip
    """Number the documents of a KIND so from the next one on; what is not stated stays."""
    from cloud_service.flow.invoicing.number_series import manner_of, preview, set_manner
    from cloud_service.store.customers.legal_entities import entity_fields
    from common.period import local_day

    stated: dict[str, Any] = {"pattern": pattern, "digits": digits, "next_number": next_number, "yearly": yearly}
    with transaction() as session:
        entity_id = entity_of(session, entity)
        year = local_day(datetime.now(UTC), entity_fields(session, entity_id).timezone).year
        before = manner_of(session, entity_id, kind, year)
        manner = replace(before, **{key: value for key, value in stated.items() if value is not None})
        changed = set_manner(session, entity_id, kind, manner, year=year, author=author(), reason=reason)
    following = preview(manner, year)
    said = f"{'next' if changed else 'as before, next'}: {', '.join(following)} …"
    click.echo(as_json({"kind": kind, "changed": changed, "next": following}) if json_output else said)


COMMANDS = (numbers, set_numbers)
