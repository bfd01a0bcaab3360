"""`energy-cloud db`: create and upgrade the database."""

import json

import click


@click.group()
def db() -> None:
    """Create and upgrade the database of this installation, or that DATABASE_OWNER_URL (or DATABASE_URL) names."""


@db.command()
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def upgrade(*, json_output: bool) -> None:
    """Apply all schema revisions that are missing."""
    from cloud_service.settings import owner_url

    url = owner_url()
    from cloud_service.store.database import upgrade as revisions

    missing = revisions.pending(url)
    revisions.upgrade(url)
    if json_output:
        click.echo(json.dumps({"applied": missing}))
    else:
        click.echo(
            f"applied {', '.join(missing)}" if missing else "nothing to do: the database is up to date", err=True
        )


@db.command()
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def status(*, json_output: bool) -> None:
    """Name the revisions that are missing; exit code 6 if there are any."""
    from cloud_service.settings import owner_url

    url = owner_url()
    from cloud_service.store.database import upgrade as revisions

    missing = revisions.pending(url)
    click.echo(json.dumps({"pending": missing}) if json_output else (" ".join(missing) or "up to date"))
    raise SystemExit(6 if missing else 0)
