"""What an invoice says of a register it was made from."""

from datetime import date
from decimal import Decimal

from msgspec import UNSET

from cloud_service.domain.pricing.record_json import from_json, to_json
from cloud_service.domain.rating.register_source import DaysRead, RegisterSource
from tests.cloud_service.domain.invoicing.stored import STORED

BY_DAYS, BY_INDEX = STORED["rated"]["of one tariff"]["sources"]


def test_a_source_of_days_has_their_sum_and_hash_and_no_indexes() -> None:
    source = from_json(RegisterSource, BY_DAYS)

    assert DaysRead(date(2026, 3, 1), date(2026, 3, 31), 31) == source.days
    assert (743_000, 64, UNSET) == (source.counted, len(source.sha256 or ""), source.indexes)


def test_a_source_of_indexes_has_their_times_and_no_days() -> None:
    source = from_json(RegisterSource, BY_INDEX)

    assert [1000, 2500] == [index.value for index in source.indexes or ()]
    assert (Decimal("1.5"), UNSET, UNSET) == (source.multiplier, source.days, source.sha256)


def test_both_are_written_again_as_they_were() -> None:
    assert [BY_DAYS, BY_INDEX] == [to_json(from_json(RegisterSource, stored)) for stored in (BY_DAYS, BY_INDEX)]
