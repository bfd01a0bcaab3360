"""`energy-cloud meter correct-mount`: where a meter hung, or its multiplier, was entered wrongly."""

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHEN, WHOSE, amount_of, moment_of, time_of
from cloud_service.cli.output import as_json


@click.command(name="correct-mount")
@click.argument("name")
@WHOSE
@click.option("--at", "hanging", help=f"A moment at which it hung there; its newest mount unless given. {WHEN}")
@click.option("--multiplier", help="CT × VT of the mount.")
@click.option("--since", help=f"When it was hung up. {WHEN}")
@click.option("--until", help=f"When it was taken down. {WHEN}")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def correct_mount(
    name: str, *, hanging: str | None, multiplier: str | None, since: str | None, until: str | None, reason: str,
    json_output: bool,
) -> None:  # fmt: skip
    """Correct a mount's multiplier, or when the meter came or went; names the bills that rest on it."""
    from cloud_service.cli.names import meter_id
    from cloud_service.flow.metering.mount_corrections import MountCorrection
    from cloud_service.flow.metering.mount_corrections import correct_mount as step
    from cloud_service.store.lookups.site_zones import meter_zone
    from cloud_service.store.metering.mount_corrections import mount_of
    from common.errors import NotFoundError

    with transaction() as session:
        meter = meter_id(session, name)
        zone = meter_zone(session, meter)
        stored = mount_of(session, meter, moment_of(time_of(hanging, "--at"), zone, "--at") if hanging else None)
        if stored is None:
            raise NotFoundError(f"meter {name} hangs nowhere then", path="--at")
        correction = MountCorrection(
            stored.id,
            amount_of(multiplier, "--multiplier") if multiplier else None,
            moment_of(time_of(since, "--since"), stored.timezone, "--since") if since else None,
            moment_of(time_of(until, "--until"), stored.timezone, "--until") if until else None,
        )
        bills = step(session, correction, author=author(), reason=reason)
    if json_output:
        click.echo(as_json({"meter": name, "bills": bills}))
        return
    click.echo(f"the mount of {name} is corrected")
    if bills:
        click.echo(f"bills that rest on it: {', '.join(bills)}; `energy-cloud correct difference` or `correct credit`")
