"""Which installation a command stands in: a data folder with the file that `energy-cloud up` wrote there.

What the environment says wins: where it names a database, no folder is looked for.
"""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path

from common.errors import ForbiddenError, InputError, UnavailableError

FOLDER = ".energy"
FILE = "installation.json"
DATABASE = ("DATABASE_URL", "DATABASE_URL_FILE", "DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE")
_named: ContextVar[Path | None] = ContextVar("named", default=None)  # by --data-dir, which wins over the environment


@dataclass(frozen=True, slots=True)
class Installation:
    """What the last start left for commands: how it was started, and the settings of its services."""

    start: str  # the command line that starts it again
    environment: Mapping[str, str]


@contextmanager
def named(folder: Path) -> Iterator[None]:
    """Work on the installation in this folder, whatever the environment says."""
    token = _named.set(folder)
    try:
        yield
    finally:
        _named.reset(token)


def write(folder: Path, installation: Installation) -> None:
    """Leave the file in the data folder: whole or not at all, for its owner only since it names the database."""
    unfinished = folder / f"{FILE}.part"
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(installation), file, indent=2)
    unfinished.replace(folder / FILE)


def read(folder: Path) -> Installation | None:
    """The installation in this data folder; None where none was started yet."""
    path = folder / FILE
    try:
        return Installation(**json.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        raise ForbiddenError(
            "this installation belongs to somebody else", path=str(path), hint="run the command as its owner"
        ) from None
    except (ValueError, TypeError):
        raise InputError(
            "is damaged", path=str(path), hint="start the installation again, which writes it anew"
        ) from None


def folder_to_start(environ: Mapping[str, str] = os.environ) -> Path:
    """Where `up` works: the folder that is named, else `.energy` of the working folder."""
    return _named.get() or Path(environ.get("ENERGY_DATA_DIR") or FOLDER)


def environment(environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """What commands read settings from: the environment or, where it names no database, an installation's file."""
    if _named.get() is None and any(environ.get(name) for name in DATABASE):
        return environ
    folder = _folder(environ)
    installation = read(folder)
    if installation is None:
        raise InputError(
            f"there is no installation in {folder}", path="--data-dir", hint="`energy-cloud up` starts one"
        )
    _refuse_stopped(folder, installation)
    return installation.environment


def _folder(environ: Mapping[str, str]) -> Path:
    """The data folder that is named, else the nearest one of the working folder and those above it."""
    folder = _named.get() or environ.get("ENERGY_DATA_DIR")
    if folder:
        return Path(folder).absolute()
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / FOLDER / FILE).is_file():
            return above / FOLDER
    raise InputError(
        f"there is no installation in {here} or above, and DATABASE_URL is not set",
        hint=f"`energy-cloud up` starts one here; for one elsewhere: energy-cloud --data-dir FOLDER/{FOLDER} …",
    )


def _refuse_stopped(folder: Path, installation: Installation) -> None:
    """Say that it does not run rather than that its database does not answer."""
    _, _, host = installation.environment.get("DATABASE_URL", "").partition("?host=")
    if not host.startswith("/"):
        return  # a server of somebody else's, which answers for itself
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(f"{host}/.s.PGSQL.5432")
        except OSError:
            raise UnavailableError(
                f"the installation in {folder} does not run", hint=f"start it: {installation.start}"
            ) from None
