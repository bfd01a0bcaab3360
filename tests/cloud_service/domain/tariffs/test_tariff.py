"""Versions of a tariff follow each other."""

from datetime import date

import pytest

from cloud_service.domain.tariffs.tariff import join_versions, load_tariff
from common.errors import InputError
from tests.cloud_service.domain.builders import energy, make_tariff


def test_versions_join_in_the_order_of_their_days() -> None:
    new = make_tariff(energy(), **{"from": "2026-07-01"})
    old = make_tariff(energy(price="0.2"), until="2026-07-01")

    assert [date.min, date(2026, 7, 1)] == [version.start for version in join_versions([new, old]).versions]


def test_versions_may_be_written_in_one_document() -> None:
    shared = {"id": "tariff", "currency": "EUR"}
    versions = [
        {"until": "2026-07-01", "charges": [energy()]},
        {"from": "2026-07-01", "charges": [energy(price="0.3")]},
    ]

    assert 2 == len(load_tariff({**shared, "versions": versions}).versions)


def test_versions_that_overlap_are_refused() -> None:
    with pytest.raises(InputError, match="two versions are valid on 2026-06-01"):
        join_versions([make_tariff(energy(), until="2026-07-01"), make_tariff(energy(), **{"from": "2026-06-01"})])


def test_versions_of_two_currencies_are_refused() -> None:
    other = make_tariff(energy(), currency="CHF", **{"from": "2026-07-01"})

    with pytest.raises(InputError, match="different currencies"):
        join_versions([make_tariff(energy(), until="2026-07-01"), other])
