"""From the numbers that people use to our ids."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError

ACCOUNT = text("SELECT id FROM account WHERE number = :number")
CONTRACT = text("SELECT id FROM contract WHERE number = :number")
INVOICE = text("SELECT id FROM invoice WHERE number = :number ORDER BY id DESC LIMIT 1")
POINT = text("SELECT id FROM service_point WHERE name = :number OR grid_id = :number ORDER BY id LIMIT 1")
METER = text("SELECT id FROM meter WHERE name = :number OR serial = :number ORDER BY (name = :number) DESC LIMIT 1")
TARIFF = text("SELECT id FROM tariff WHERE code = :number ORDER BY id LIMIT 1")


def _id(session: Session, statement: object, what: str, number: str) -> int:
    found: int | None = session.execute(statement, {"number": number}).scalar_one_or_none()  # type: ignore[call-overload] # a text clause
    if found is None:
        raise NotFoundError(f"there is no {what} {number}")
    return found


def account_id(session: Session, number: str) -> int:
    """The account of that number."""
    return _id(session, ACCOUNT, "account", number)


def contract_id(session: Session, number: str) -> int:
    """The contract of that number."""
    return _id(session, CONTRACT, "contract", number)


def invoice_id(session: Session, number: str) -> int:
    """The newest invoice of that number."""
    return _id(session, INVOICE, "bill", number)


def point_id(session: Session, name: str) -> int:
    """The service point of that name or grid id."""
    return _id(session, POINT, "service point", name)


def meter_id(session: Session, name: str) -> int:
    """The meter of that name or serial."""
    return _id(session, METER, "meter", name)


def tariff_id(session: Session, code: str) -> int:
    """The tariff of that code."""
    return _id(session, TARIFF, "tariff", code)
