"""What the database refuses, as errors for people."""

import psycopg
from sqlalchemy.exc import DBAPIError

from common.errors import EnergyError

REFUSALS = (EnergyError, psycopg.errors.IntegrityError, psycopg.errors.DataError, DBAPIError)

WORDS = {
    "ex_invoice_span_live": "days of this contract are billed already by another invoice",
    "uq_invoice_legal_entity_id_number": "the number is taken",
    "uq_ledger_entry_business_key": "this was booked already",
    "ex_billing_item_live": "another run holds days of this contract",
    "ex_contract_point": "the service point has another contract in these days",
    "ex_meter_mount_point": "another meter is mounted at the service point in this time",
    "ex_meter_mount_meter": "the meter is mounted elsewhere in this time",
    "ex_tariff_assignment_during": "another tariff is assigned in these days",
    "ex_account_mode_during": "the account has another mode in these days",
}


def reason_of(error: BaseException) -> str:
    """Why something was refused, in one sentence."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, psycopg.Error):
        name = cause.diag.constraint_name or ""
        detail = f" ({cause.diag.message_detail})" if cause.diag.message_detail else ""
        return WORDS.get(name, cause.diag.message_primary or str(cause)) + detail
    return str(error)
