"""Stored tariff versions as the engine's tariffs, checked once per process."""

import msgspec

from cloud_service.domain.tariff import Tariff, Version, join_versions, load_tariff
from cloud_service.store.contracts import StoredVersion, tariff_versions
from cloud_service.store.session import Session
from common.errors import InputError

_known: dict[tuple[tuple[int, str, str], ...], Tariff] = {}
LIMIT = 500


def tariff_of(session: Session, ids: tuple[int, ...]) -> Tariff:
    """The tariff of some versions; the row's days and hash count, not those in the document."""
    if not ids:
        raise InputError("no version of the tariff is valid on these days", code="no_version")
    stored = tariff_versions(session, ids)
    key = tuple((one.id, one.hash, f"{one.start}:{one.end}") for one in stored)
    if key not in _known:
        if len(_known) > LIMIT:
            _known.clear()
        _known[key] = join_versions([_dated(one) for one in stored])
    return _known[key]


def _dated(stored: StoredVersion) -> Tariff:
    document = {key: value for key, value in stored.document.items() if key not in ("from", "until")}
    version = load_tariff(document).versions[0]
    dated = msgspec.structs.replace(version.document, start=stored.start, until=stored.end)
    return Tariff((Version(dated, stored.hash, version.known),))
