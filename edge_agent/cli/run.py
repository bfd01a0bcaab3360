"""`energy-edge run`: the agent itself, until it is told to stop."""

import logging
from pathlib import Path

import click


@click.command()
@click.option("--config", "path", type=click.Path(path_type=Path), required=True, help="The site file.")
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Errors as JSON.")
def run(path: Path, log_level: str, as_json: bool) -> None:  # noqa: ARG001, FBT001 - errors are printed in common.cli
    """Poll the meters and send their readings until SIGTERM or Ctrl-C."""
    import asyncio

    from edge_agent.config import load

    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    site = load(path)
    from edge_agent.agent import Agent

    async def serve() -> None:
        await Agent(site).run()

    asyncio.run(serve())
