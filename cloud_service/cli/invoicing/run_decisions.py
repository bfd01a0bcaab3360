"""What a person decides of a billing run, in `energy-cloud bill`: approve, let go, give up, rate again."""

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.output import as_json


@click.command()
@click.argument("run_id", type=int)
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def approve(run_id: int, *, json_output: bool) -> None:
    """Approve a rated run and queue its issuing for the workers."""
    from cloud_service.flow import billing_run as step

    with transaction() as session:
        step.approve(session, run_id, author())
        step.start(session, run_id, "issue", shards=4, author=author())
    click.echo(as_json({"run": run_id, "state": "issuing"}) if json_output else f"run {run_id} is being issued")


@click.command(name="let-go")
@click.argument("run_id", type=int)
@click.option("--item", "items", type=int, multiple=True, help="Only these items; all that are held unless given.")
@click.option("--reason", default="", help="Why they are right; it stands in the audit log.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def let_go(run_id: int, items: tuple[int, ...], reason: str, *, json_output: bool) -> None:
    """Issue what a run held because its amount is far from the period before: a person says that it is right."""
    from cloud_service.flow import billing_run as step
    from cloud_service.flow.invoicing.outliers import let_go as release

    with transaction() as session:
        count = release(session, run_id, author(), reason, items or None)
        step.approve(session, run_id, author())
        step.start(session, run_id, "issue", shards=1, author=author())
    result = {"run": run_id, "let_go": count, "state": "issuing"}
    click.echo(as_json(result) if json_output else f"{count} bills of run {run_id} are being issued")


@click.command()
@click.argument("run_id", type=int)
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def cancel(run_id: int, reason: str, *, json_output: bool) -> None:
    """Give up what a run has not issued."""
    from cloud_service.flow import billing_run as step

    with transaction() as session:
        step.cancel(session, run_id, author(), reason)
    click.echo(as_json({"run": run_id, "state": "cancelled"}) if json_output else f"run {run_id} is cancelled")


@click.command()
@click.argument("run_id", type=int)
@click.option("--item", "items", type=int, multiple=True, help="Only these items; all that are parked unless given.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def retry(run_id: int, *, items: tuple[int, ...], json_output: bool) -> None:
    """Rate parked items once more, after what was wrong has been mended; the workers do it."""
    from cloud_service.flow import billing_run as step

    with transaction() as session:
        count = step.retry_parked(session, run_id, author(), items or None)
        step.start(session, run_id, "rate", shards=4, author=author())
    click.echo(as_json({"run": run_id, "items": count}) if json_output else f"{count} items are rated again")


COMMANDS = (approve, let_go, cancel, retry)
