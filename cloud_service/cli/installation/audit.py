"""`energy-cloud audit`: prove the audit log, read it."""

import click

from cloud_service.cli.database import transaction
from cloud_service.cli.output import as_json


@click.group()
def audit() -> None:
    """Who changed what, when and why; each row's hash covers the row before."""


@audit.command()
@click.option("--head", default="", help="Hash noted earlier: it must still be in the chain, so a cut end is seen.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def verify(*, head: str, json_output: bool) -> None:
    """Walk the whole chain; exit code 6 names the first link that does not hold."""
    from cloud_service.store.audit.log import has_hash
    from cloud_service.store.audit.log import verify as walk

    with transaction() as session:
        chain = walk(session)
        cut = bool(head) and not has_hash(session, head)
    whole = chain.broken_id is None and not cut
    if json_output:
        click.echo(as_json({"ok": whole, "rows": chain.rows, "head": chain.head, "broken": chain.broken_id,
                            "fault": chain.fault or ("the noted hash is gone" if cut else ""),
                            "subject": chain.subject, "action": chain.action}))  # fmt: skip
    elif chain.broken_id is not None:
        click.echo(f"✖ row {chain.broken_id} ({chain.action} {chain.subject}): {chain.fault}")
    elif cut:
        click.echo("✖ the hash that was noted is not in the chain any more: rows were cut off or rewritten")
    else:
        click.echo(f"✔ {chain.rows} rows hold; note this hash elsewhere: {chain.head}")
    raise SystemExit(0 if whole else 6)


@audit.command(name="list")
@click.option("--subject", default="", help="For example invoice:7.")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "json_output", is_flag=True, help="Print the rows as JSON.")
def list_rows(*, subject: str, limit: int, json_output: bool) -> None:
    """The newest changes."""
    from cloud_service.store.audit.log import changes

    with transaction() as session:
        rows = changes(session, subject=subject, limit=limit)
    if json_output:
        click.echo(as_json(rows))
        return
    for row in rows:
        reason = f" – {row.reason}" if row.reason else ""
        click.echo(f"{row.at:%Y-%m-%d %H:%M} {row.actor} {row.action} {row.subject}{reason}")
