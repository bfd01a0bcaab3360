"""Command groups that import a command only when it is called, so that `--help` answers at once on a small gateway."""

import importlib
import json
import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

import click

from common.errors import EnergyError


class LazyGroup(click.Group):
    """A click group whose commands are named as `name -> (module:attribute, one line of help)`."""

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, loaded or not."""
        return sorted({*self.commands_at, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command that is about to run."""
        if cmd_name not in self.commands_at:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Help from the table, so that nothing is imported for it."""
        rows = [(name, help_line) for name, (_, help_line) in sorted(self.commands_at.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def run(group: click.Group, prog_name: str) -> None:
    """Run a command line; our errors become one clear sentence (JSON with `--json`) and their documented exit code."""
    try:
        group.main(prog_name=prog_name)
    except EnergyError as error:
        if "--json" in sys.argv:
            sys.stdout.write(json.dumps(error.as_json(), ensure_ascii=False) + "\n")
        else:
            where = f"{error.path}: " if error.path else ""
            sys.stderr.write(on_screen(f"{prog_name}: {where}{error.message}") + "\n")
            if error.hint:
                sys.stderr.write(on_screen(f"  {error.hint}") + "\n")
        raise SystemExit(error.exit_code) from None


def on_screen(text: str, *, indent: int = 2, is_screen: bool | None = None) -> str:
    """The text with lines that break between words, where somebody looks at a terminal (standard error)."""
    if not (sys.stderr.isatty() if is_screen is None else is_screen):
        return text
    columns = shutil.get_terminal_size().columns
    lines = [
        textwrap.fill(line, columns, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    ]
    return "\n".join(lines)
