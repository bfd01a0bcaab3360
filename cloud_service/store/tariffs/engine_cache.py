"""Stored tariff versions as the engine's tariffs, checked once per process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text

from cloud_service.domain.tariffs.tariff import Tariff, Version, join_versions, load_tariff
from cloud_service.store.database.session import Session
from common.errors import InputError

VERSIONS = text("""
SELECT id, document, hash, lower(during) AS start, upper(during) AS end FROM tariff_version WHERE id = ANY(:ids)
 ORDER BY lower(during)
""")


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A tariff version as stored: the row dates it, its hash names it in explanations."""

    id: int
    document: dict[str, Any]
    hash: str
    start: date | None
    end: date | None


def tariff_versions(session: Session, ids: Sequence[int]) -> list[StoredVersion]:
    """The tariff versions of some ids, oldest first."""
    return [StoredVersion(**row) for row in session.execute(VERSIONS, {"ids": list(ids)}).mappings()]


_tariffs: dict[tuple[tuple[int, str, str], ...], Tariff] = {}
LIMIT = 500


def tariff_of(session: Session, ids: tuple[int, ...]) -> Tariff:
    """The tariff of some versions; the row's days and hash count, not those in the document."""
    if not ids:
        raise InputError("no version of the tariff is valid on these days", code="no_version")
    stored = tariff_versions(session, ids)
    key = tuple((version.id, version.hash, f"{version.start}:{version.end}") for version in stored)
    if key not in _tariffs:
        if len(_tariffs) > LIMIT:
            _tariffs.clear()
        _tariffs[key] = join_versions([_dated(version) for version in stored])
    return _tariffs[key]


def _dated(stored: StoredVersion) -> Tariff:
    document = {key: value for key, value in stored.document.items() if key not in ("from", "until")}
    version = load_tariff(document).versions[0]
    dated = msgspec.structs.replace(version.document, start=stored.start, until=stored.end)
    return Tariff((Version(dated, stored.hash, version.references),))
