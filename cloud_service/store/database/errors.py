"""What the database may answer, in our words: it does not answer (again later), or it refuses what it was given."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError as RefusedError

from common.errors import ConflictError, EnergyError, UnavailableError

__all__ = [
    "FIELDS",
    "REFUSALS",
    "WORDS",
    "Refused",
    "RefusedError",
    "fault_of",
    "field_of",
    "guarded",
    "is_away",
    "reason_of",
]

REFUSALS = (EnergyError, psycopg.errors.IntegrityError, psycopg.errors.DataError, DBAPIError)

WORDS = {
    "ex_invoice_span_live": "days of this contract are billed already by another invoice",
    "uq_invoice_legal_entity_id_number_edition": "the number is taken",
    "uq_ledger_entry_business_key": "this was booked already",
    "ex_billing_item_live": "another run holds days of this contract",
    "ex_waived_span_during": "days of this contract are left unbilled already",
    "ex_contract_point": "the service point has another contract in these days",
    "ex_meter_mount_point": "another meter is mounted at the service point in this time",
    "ex_meter_mount_meter": "the meter is mounted elsewhere in this time",
    "ex_tariff_assignment_during": "another tariff is assigned in these days",
    "ex_tariff_version_during": "another version of the tariff is valid in these days",
    "ex_account_mode_during": "the account has another mode in these days",
    "uq_client_legal_entity_id_number": "another client has this number",
    "uq_account_number": "another account has this number",
    "uq_contract_number": "another connection has this number",
    "uq_meter_maker_serial": "a meter of this maker and serial is there already",
    "uq_meter_name": "another meter has this name",
    "uq_gateway_name": "another gateway has this name",
    "uq_tariff_legal_entity_id_code": "another tariff has this code",
}
FIELDS = {
    # the field of a form in which what was refused was typed
    "ex_contract_point": "point",
    "ex_meter_mount_point": "meter",
    "ex_meter_mount_meter": "meter",
    "ex_tariff_assignment_during": "tariff",
    "ex_tariff_version_during": "start",
    "uq_client_legal_entity_id_number": "number",
    "uq_account_number": "account_number",
    "uq_contract_number": "number",
    "uq_meter_maker_serial": "serial",
    "uq_meter_name": "name",
    "uq_gateway_name": "name",
}


def reason_of(error: BaseException, *, detail: bool = True) -> str:
    """Why something was refused, in one sentence; `detail` adds the rows, by our ids."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, psycopg.Error):
        sentence = WORDS.get(cause.diag.constraint_name or "", cause.diag.message_primary or str(cause))
        return f"{sentence} ({cause.diag.message_detail})" if detail and cause.diag.message_detail else sentence
    return str(error)


def field_of(error: BaseException) -> str:
    """The field in which the refused value was typed, empty where that is not known."""
    cause = getattr(error, "orig", None) or error
    return FIELDS.get(cause.diag.constraint_name or "", "") if isinstance(cause, psycopg.Error) else ""


AGAIN = (  # SQLSTATE, or how it begins: the same may go well later, whatever the statement
    "08",  # no connection
    "25006",  # a standby that is about to be promoted
    "40",  # deadlock, serialization
    "53",  # disk, memory or connections used up
    "55P03",  # a lock that is held
    "57P",  # the server stops, crashed, or starts
    "58",  # its disk
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
        raise _translated(error) from error
    except psycopg.Error as error:
        raise _translated(error) from error
    except exc.TimeoutError as error:
        raise UnavailableError(f"no connection to the database is free: {error}") from error


def is_away(error: BaseException) -> bool:
    """Whether the database did not answer: no fault of what it was given, so that nothing is put aside for it."""
    cause = getattr(error, "orig", None) or error
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(cause, psycopg.Error) and cause.sqlstate:
        return cause.sqlstate.startswith(AGAIN)
    return isinstance(cause, (UnavailableError, psycopg.OperationalError, psycopg.InterfaceError, exc.TimeoutError))


def fault_of(error: BaseException) -> str:
    """Why something was put aside, for who looks at it: a refusal in words, or a fault of ours by its text."""
    if isinstance(error, REFUSALS):
        return reason_of(error)
    return f"something went wrong here ({type(error).__name__}: {error}); the log has more"


def _translated(error: BaseException) -> UnavailableError | Refused:
    text = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    if is_away(error):
        return UnavailableError(f"the database does not answer: {text}", hint="it is tried again")
    return Refused(text)
