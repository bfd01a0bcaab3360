"""Stored versions as the engine's tariffs."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.tariffs import published
from cloud_service.store.tariffs.engine_cache import tariff_of, tariff_versions
from common.errors import InputError
from tests.books.world import FLAT, START, build

JUNE = date(2026, 6, 1)


def two_versions(session: Session) -> tuple[int, int]:
    """The ids of a tariff's version until June and of the one from June on."""
    tariff = build(session).tariff
    (first,) = published.versions(session, tariff)
    published.end_version(session, first.id, JUNE)
    return first.id, published.add_version(session, tariff, (JUNE, None), FLAT, "hash of June")


def test_the_rows_days_and_hash_count_and_not_those_in_the_document(session: Session) -> None:
    first, second = two_versions(session)
    tariff = tariff_of(session, (second, first))

    assert [START, JUNE] == [version.start for version in tariff.versions]
    assert "hash of June" == tariff.versions[-1].hash
    assert Decimal("0.30") == getattr(tariff.versions[0].document.charges[0], "price", None)


def test_the_same_versions_are_the_same_tariff(session: Session) -> None:
    ids = two_versions(session)

    assert tariff_of(session, ids) is tariff_of(session, ids)


def test_a_version_that_was_dated_anew_is_read_anew(session: Session) -> None:
    first, _ = two_versions(session)
    before = tariff_of(session, (first,))
    session.execute(text("UPDATE tariff_version SET during = '[2026-02-01,2026-06-01)' WHERE id = :id"), {"id": first})

    assert (START, date(2026, 2, 1)) == (before.versions[0].start, tariff_of(session, (first,)).versions[0].start)


def test_days_without_a_version_are_told(session: Session) -> None:
    assert [] == tariff_versions(session, [])
    with pytest.raises(InputError, match="no version of the tariff is valid"):
        tariff_of(session, ())
