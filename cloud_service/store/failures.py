"""What the database may answer, in our words: it does not answer (again later), or it refuses what it was given."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from common.errors import ConflictError, UnavailableError

AGAIN = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.ReadOnlySqlTransaction,  # a standby that is about to be promoted
    psycopg.errors.InsufficientResources,  # disk or memory full
)


class Refused(ConflictError):  # noqa: N818 - named after what happened
    """The database refuses what it was given; giving it again will not help."""

    code = "refused"


@contextmanager
def guarded() -> Iterator[None]:
    """Turn the driver's errors into UnavailableError (worth trying again) or Refused (not)."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _translated(error.orig or error, broken=error.connection_invalidated) from error
    except psycopg.Error as error:
        raise _translated(error) from error
    except exc.TimeoutError as error:
        raise UnavailableError(f"no connection to the database is free: {error}") from error


def _translated(error: BaseException, *, broken: bool = False) -> UnavailableError | Refused:
    text = str(error).strip().partition("\n")[0]
    if broken or isinstance(error, AGAIN):
        return UnavailableError(f"the database does not answer: {text}", hint="it is tried again")
    return Refused(text)
