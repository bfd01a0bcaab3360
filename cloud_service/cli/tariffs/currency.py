"""`energy-cloud currency`: what other currencies are in the company's, by files and from the European Central Bank."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import entity_of
from cloud_service.cli.output import as_json, cell, print_table

if TYPE_CHECKING:
    from cloud_service.flow.invoicing.currency_rates import RatesOfBank

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
WHICH = click.option("--entity", type=int, help="Legal entity; needed where there are several.")


@click.group()
def currency() -> None:
    """Rates by which bills in other currencies are valued.

    Without a network take a file of https://www.ecb.europa.eu/stats/eurofxref/ from elsewhere (eurofxref-hist.zip has
    all days, eurofxref-daily.xml the newest) and `import` it; a currency that the bank does not publish comes from a
    CSV of your own: `energy-cloud ledger rates`.
    """


@currency.command(name="list")
@WHICH
@JSON
def list_rates(*, entity: int | None, json_output: bool) -> None:
    """The newest rate of each currency: what one unit is in the company's."""
    from cloud_service.store.customers.legal_entities import entity_fields
    from cloud_service.store.invoicing.rate_fetching import newest_rates

    with transaction() as session:
        rates = newest_rates(session, entity_fields(session, entity_of(session, entity)).currency)
    if json_output:
        click.echo(as_json(rates))
    else:
        rows = [[rate.currency, str(rate.day), cell(rate.rate), rate.source or "own file"] for rate in rates]
        print_table(["CURRENCY", "DAY", "RATE", "FROM"], rows)


@currency.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", "currencies", multiple=True, help="This currency; all that the company needs unless given.")
@click.option("--since", help="Only from this day on.")
@WHICH
@JSON
def import_file(
    file: Path, *, currencies: tuple[str, ...], since: str | None, entity: int | None, json_output: bool
) -> None:
    """Keep the rates of a FILE of the European Central Bank: XML, CSV or zip. Days that have a rate keep it."""
    from common.period import parse_day

    first = parse_day(since, "--since") if since else None
    with transaction() as session:
        taken = _take(session, entity_of(session, entity), file.read_bytes(), str(file), currencies, first)
    _tell(taken, json_output=json_output)


@currency.command()
@WHICH
@JSON
def fetch(*, entity: int | None, json_output: bool) -> None:
    """Ask the European Central Bank for what is missing; needs a network (else see `currency --help`)."""
    from cloud_service.download import download
    from cloud_service.flow.invoicing.currency_rates import file_to_fetch
    from cloud_service.store.customers.legal_entities import entity_fields
    from cloud_service.store.invoicing.rate_fetching import fetching_of

    with transaction() as session:
        entity_id = entity_of(session, entity)
        base, address = entity_fields(session, entity_id).currency, fetching_of(session, entity_id).address
        file = file_to_fetch(session, entity_id, base, address, datetime.now(UTC))
    if file is None:
        click.echo(as_json({"new": 0}) if json_output else "nothing is missing")
        return
    content = download(file.address)
    with transaction() as session:
        taken = _take(session, entity_id, content, file.address, file.currencies, file.since)
    _tell(taken, json_output=json_output)


@currency.command()
@click.option("--on/--off", "automatic", required=True, help="The worker asks the bank on each of its days, or not.")
@click.option("--address", help="Folder of the files, for a mirror of your own choice.")
@WHICH
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@JSON
def automatic(*, automatic: bool, address: str | None, entity: int | None, reason: str, json_output: bool) -> None:
    """Let the worker fetch rates by itself, or stop it."""
    from cloud_service.flow.invoicing.currency_rates import set_fetching
    from cloud_service.store.invoicing.rate_fetching import RateFetching, fetching_of

    with transaction() as session:
        entity_id = entity_of(session, entity)
        fetching = RateFetching(automatic, address or fetching_of(session, entity_id).address)
        changed = set_fetching(session, entity_id, fetching, author=author(), reason=reason)
    said = f"fetched by themselves from {fetching.address}" if automatic else "imported by hand"
    click.echo(as_json({"automatic": automatic, "changed": changed}) if json_output else f"rates are {said}")


def _take(  # noqa: PLR0917 - what was named on the command line
    session: Any, entity_id: int, content: bytes, name: str, currencies: tuple[str, ...], since: date | None
) -> "RatesOfBank":
    from cloud_service.flow.invoicing.currency_rates import take_file
    from cloud_service.store.customers.legal_entities import entity_fields

    base = entity_fields(session, entity_id).currency
    return take_file(
        session, entity_id, base, content, name=name, author=author(), currencies=currencies, since=since
    )  # fmt: skip


def _tell(taken: "RatesOfBank", *, json_output: bool) -> None:
    if json_output:
        click.echo(as_json(taken))
        return
    click.echo(
        f"{taken.new} new, {taken.known} known, {taken.first_day} to {taken.last_day}: {', '.join(taken.currencies)}"
    )
    if taken.not_published:
        click.echo(f"not published: {', '.join(taken.not_published)}", err=True)
    if taken.others:
        click.echo(f"{taken.others} days have another rate already, which stays", err=True)
