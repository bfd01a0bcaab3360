"""`energy-cloud up`: all services of the cloud on this machine, until Ctrl-C."""

from pathlib import Path

import click


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), default=Path(".energy"), show_default=True)
@click.option("--check", is_flag=True, help="Start, say that all is ready, and stop again.")
def up(data_dir: Path, *, check: bool) -> None:
    """Run PostgreSQL, broker, subscriber, worker and web on this machine until Ctrl-C.

    What DATABASE_URL, MQTT_HOST and SMTP_HOST name is used instead of the embedded ones.
    """
    from cloud_service.local import machine

    with machine.locked(data_dir):
        _run(data_dir, check=check)


def _run(data_dir: Path, *, check: bool) -> None:
    from cloud_service.local import stack as local
    from cloud_service.local.supervisor import Supervisor, until_signal
    from cloud_service.store.database.upgrade import upgrade

    keep_running = until_signal()
    supervisor = Supervisor(data_dir / "logs", say=lambda line: click.echo(line, err=True))
    stack = local.describe(data_dir)
    try:
        click.echo("database …", err=True)
        stack = local.start_database(stack, supervisor)
        upgrade(stack.environment["DATABASE_URL"])
        click.echo("broker, subscriber, worker, web …", err=True)
        local.start_broker(stack, supervisor, {})
        local.start_cloud(stack, supervisor)
        click.echo(f"ready: {stack.public_url}")
        if not check:
            supervisor.watch(keep_running)
    finally:
        click.echo("stopping …", err=True)
        supervisor.stop()
