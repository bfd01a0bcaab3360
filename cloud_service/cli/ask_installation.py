"""A command that works on an installation asks for it before it imports what it works with.

So one that does not run, or is not there, is said at once.
"""

import functools
from collections.abc import Callable
from typing import Any

import click

from cloud_service.installation import environment
from common.cli import LazyGroup

WITHOUT = frozenset({
    "backup verify", "demo", "doctor", "document preview", "einvoice read", "example", "import template", "mail sink",
    "rate", "readings import", "restore", "service install", "service remove", "service status", "tariff check",
    "tariff import-urdb", "tariff prices", "tariff schema", "up",
})  # fmt: skip
"""Commands that need none, or ask for it themselves."""


class InstallationGroup(LazyGroup):
    """The groups of the cloud; their commands are made to ask when they are loaded."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, which asks first; its help and its usage do not."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _ask_first(command, cmd_name)
        return command


def _ask_first(command: click.Command, path: str) -> None:
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            _ask_first(below, f"{path} {name}")
    elif command.callback is not None and path not in WITHOUT and not hasattr(command.callback, "asks"):
        command.callback = _asking(command.callback)


def _asking(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def asking(*args: Any, **options: Any) -> Any:
        environment()
        return callback(*args, **options)

    asking.asks = True  # type: ignore[attr-defined]  # it is loaded once, and may be asked for more than once
    return asking
