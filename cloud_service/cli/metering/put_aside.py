"""`energy-cloud readings put-aside`: meters whose days could not be made, and trying them again."""

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.output import as_json


@click.command(name="put-aside")
@click.option("--again", metavar="METER", help="Let this meter be tried again at once; `all` for all of them.")
@click.option("--json", "json_output", is_flag=True, help="Print the list as JSON.")
def put_aside(*, again: str | None, json_output: bool) -> None:
    """Meters whose days could not be made, and why; exit code 6 if there are some."""
    from cloud_service.flow.metering.try_days_again import try_days_again
    from cloud_service.store.metering.validation.register_faults import faults
    from cloud_service.store.scope import Scope
    from common.errors import NotFoundError

    with transaction() as session:
        aside = faults(session, None)
        if again is not None:
            meter = next((fault.public_id for fault in aside if fault.meter == again), None)
            if meter is None and again != "all":
                raise NotFoundError(f"no meter {again} is put aside", path="--again")
            count = try_days_again(session, Scope(), meter, author=author())
            click.echo(as_json({"tried_again": count}) if json_output else f"{count} are tried by the next validation")
            return
    if json_output:
        click.echo(as_json(aside))
    for fault in aside if not json_output else ():
        tried = f"next {fault.next_at:%Y-%m-%d %H:%M}Z" if fault.next_at else "waits for a person"
        click.echo(f"{fault.meter} {fault.register}: {fault.error} ({fault.tries} tries, {tried})")
    raise SystemExit(6 if aside else 0)
