"""Commands of `energy-cloud` run in this process, as they are typed: a start of its own for each takes a second."""

import io
from collections.abc import Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import click

from cloud_service.installation import named
from common.errors import EnergyError, InputError


class OwnCommands:
    """Runs commands on the installation of a data folder, as if typed in another folder."""

    def __init__(self, data_dir: Path, folder: Path) -> None:
        self.data_dir, self.folder = data_dir, folder

    def __call__(self, command: Sequence[str]) -> str:
        """What it printed; the error of a command says which one it was. Findings are an error, too."""
        from cloud_service.cli import cloud

        line = f"energy-cloud {' '.join(command)}"
        printed, faults = io.StringIO(), io.StringIO()
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with named(self.data_dir), chdir(self.folder), redirect_stdout(printed), redirect_stderr(faults):
                cloud.main(list(command), prog_name="energy-cloud", standalone_mode=False)
        except EnergyError as error:
            error.path = f"{line}: {error.path}" if error.path else line
            raise
        except click.ClickException as error:
            raise InputError(error.format_message(), path=line) from None
        except SystemExit as end:
            if end.code:
                raise InputError(
                    (faults.getvalue() or printed.getvalue()).strip() or f"ends with {end.code}",
                    path=line,
                ) from None
        return printed.getvalue()
