"""The command-line door of the agent.

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 no permission, 5 unreachable, 6 findings.
"""

import click

from common.cli import LazyGroup, run

COMMANDS = {
    # name: (module:attribute, one line of help)
    "run": ("edge_agent.cli.run:run", "Poll the meters and send their readings."),
    "doctor": ("edge_agent.cli.doctor:doctor", "Check this gateway; say what to mend and how."),
    "buffer": ("edge_agent.cli.buffer:buffer", "Check a buffer, get readings out of it."),
    "scan": ("edge_agent.cli.scan:scan", "Find meters on a line and say which they are."),
    "identify": ("edge_agent.cli.identify:identify", "Say which profile fits a meter."),
    "read": ("edge_agent.cli.read:read", "Read one meter now."),
    "load-profile": ("edge_agent.cli.load_profile:load_profile", "Read what a DLMS meter has stored, with status."),
    "monitor": ("edge_agent.cli.monitor:monitor", "Watch one meter live."),
    "decode": ("edge_agent.cli.decode:decode", "Decode a recorded frame: M-Bus, SML, P1, Modbus."),
    "profiles": ("edge_agent.cli.profiles:profiles", "List and check meter profiles."),
    "simulate": ("edge_agent.drivers.simulation.meter:simulate", "Serve simulated meters on a Modbus TCP port."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="energy-billing")
def edge() -> None:
    """Energy billing, gateway side: reads meters, loses nothing."""


def main() -> None:
    """Entry point of `energy-edge`."""
    run(edge, "energy-edge")


if __name__ == "__main__":
    main()
