"""Values that options of commands carry: days and amounts."""

from datetime import UTC, date, datetime
from decimal import Decimal

from common.errors import InputError


def day_of(text: str | None, name: str) -> date:
    """The day an option names, today (UTC) without one."""
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no day", path=name, hint="for example 2026-10-31") from None


def amount_of(text: str, name: str) -> Decimal:
    """The exact amount an option names."""
    from cloud_service.domain.money import exact

    return exact(text, name)
