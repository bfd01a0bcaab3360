"""What pages call the lines of bills and their units: the words of the bills themselves, in the reader's language."""

from decimal import Decimal

from cloud_service.documents import line_names
from cloud_service.documents.translations import localizer_for


def line_name(label: str, charge: str, locale: str) -> str:
    """A stored line's name."""
    return line_names.line_name(label, charge, localizer_for(locale))


def line_unit(unit: str, quantity: Decimal, locale: str) -> str:
    """A stored line's unit beside its quantity."""
    return localizer_for(locale).unit(unit, quantity)
