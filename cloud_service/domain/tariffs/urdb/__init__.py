"""US tariffs of the Utility Rate Database (URDB, version 8) as our documents; what has no place is refused.

Two shapes are read: a record of the URDB itself (`energyratestructure` ...) and the open ratebook form of it
(`energy.periods`, `schedule`). An import keeps the prices exactly, and says in notes what it understood.
"""

from collections.abc import Mapping
from typing import Any

from cloud_service.domain.tariffs.urdb.draft import ImportedTariff
from cloud_service.domain.tariffs.urdb.ratebook import from_ratebook
from cloud_service.domain.tariffs.urdb.version_8 import from_version_8
from common.errors import InputError


def is_urdb(document: Mapping[str, Any]) -> bool:
    """Whether a document has one of the two shapes."""
    return any(
        key in document for key in ("energyratestructure", "items", "flatdemandstructure", "demandratestructure")
    ) or ("energy" in document and "schedule" in document)


def import_urdb(document: Mapping[str, Any], *, dated: bool = False, holidays: bool = True) -> ImportedTariff:
    """The tariff document of a URDB record. `dated` keeps its days of validity; `holidays` the holidays it names."""
    if "items" in document:
        items = document["items"]
        if not isinstance(items, list) or len(items) != 1:
            raise InputError(
                "a URDB answer with one rate is needed", path="items", hint="ask for one page, or cut one item out"
            )
        return import_urdb(items[0], dated=dated, holidays=holidays)
    if "energy" in document and "schedule" in document:
        return from_ratebook(document, dated=dated, holidays=holidays)
    return from_version_8(document, dated=dated)


__all__ = ["ImportedTariff", "import_urdb", "is_urdb"]
