"""`energy-cloud contract share`, `shares`, `unshare`: common costs on the bills of those who lived there."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import amount_of, day_of, entity_of
from cloud_service.cli.output import as_json, figures, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")


@click.command()
@click.argument("name")
@click.argument("cost")
@click.option("--from", "start", required=True, help="First day.")
@click.option("--until", "end", required=True, help="First day after.")
@click.option("--file", type=click.Path(path_type=Path), help="Store this document (JSON, TOML, YAML) as NAME first.")
@click.option("--entity", type=int, help="Legal entity of the split; needed where there are several.")
@click.option("--dry-run", is_flag=True, help="Only show the shares.")
@JSON
def share(
    name: str,
    cost: str,
    *,
    start: str,
    end: str,
    file: Path | None,
    entity: int | None,
    dry_run: bool,
    json_output: bool,
) -> None:
    """Share a common COST by the split NAME; the parts stand on the next bills of those who lived there."""
    from cloud_service.flow import share_costs as step
    from cloud_service.flow.validate import validate_places
    from cloud_service.store.invoicing.cost_splits import find_split
    from common.period import Span

    with transaction() as session:
        if file is not None:
            entity = entity_of(session, entity)
            step.store_split(session, entity, name, _document(file), author=author())
        span = Span(day_of(start, "--from"), day_of(end, "--until"))
        split_id = find_split(session, name, entity)
        validate_places(session, step.places_of(session, split_id), datetime.now(UTC))
        sharing = step.share_out(session, split_id, span, amount_of(cost, "COST"), author=author(), dry_run=dry_run)
        if dry_run:
            session.rollback()
    if json_output:
        click.echo(as_json(sharing))
    else:
        for member_share in sharing.shares:
            whose = member_share.contract or f"the owner of {member_share.place}, on no bill"
            click.echo(f"{whose}: {figures(member_share.amount, sharing.currency)}  {member_share.why}")
    if dry_run:
        click.echo(f"dry run: nothing is kept{', the split of the file neither' if file else ''}", err=True)


@click.command()
@click.argument("name")
@click.option("--entity", type=int, help="Legal entity of the split; needed where there are several.")
@JSON
def shares(name: str, *, entity: int | None, json_output: bool) -> None:
    """What the split NAME has shared: days, amounts, and the bills on which they stand."""
    from cloud_service.store.invoicing.cost_splits import find_split
    from cloud_service.store.invoicing.kept_shares import sharings

    with transaction() as session:
        all_sharings = sharings(session, find_split(session, name, entity))
    if json_output:
        click.echo(as_json([asdict(sharing) for sharing in all_sharings]))
        return
    rows = [
        [
            str(sharing.span.start),
            str(sharing.span.end),
            share.contract,
            figures(share.amount, share.currency),
            share.currency,
            share.bill,
        ]
        for sharing in all_sharings
        for share in sharing.shares
    ]
    print_table(["FROM", "UNTIL", "CONTRACT", "SHARE", "", "BILL"], rows)


@click.command()
@click.argument("name")
@click.option("--from", "start", required=True, help="First day that was shared.")
@click.option("--until", "end", required=True, help="First day after.")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@click.option("--entity", type=int, help="Legal entity of the split; needed where there are several.")
@JSON
def unshare(name: str, *, start: str, end: str, reason: str, entity: int | None, json_output: bool) -> None:
    """Take a sharing of the split NAME back: its parts wait for no bill any more, the days can be shared again."""
    from cloud_service.flow.share_costs import take_back
    from cloud_service.store.invoicing.cost_splits import find_split
    from common.period import Span

    with transaction() as session:
        span = Span(day_of(start, "--from"), day_of(end, "--until"))
        sharing = take_back(session, find_split(session, name, entity), span, author=author(), reason=reason)
    if json_output:
        click.echo(as_json(asdict(sharing)))
    else:
        click.echo(
            f"{figures(sharing.total, sharing.currency)} {sharing.currency} of {start} to {end} is shared no more"
        )


def _document(file: Path) -> dict[str, Any]:
    """A document as JSON can hold it: decimals and dates as text."""
    from cloud_service.domain.tariffs.document import canonical
    from cloud_service.domain.tariffs.document_file import read_document

    plain: dict[str, Any] = json.loads(canonical(read_document(file)))
    return plain
