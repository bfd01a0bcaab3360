from typing import get_args

from cloud_service.domain.tariffs.price_sheet.sheet import DAYS, ITEM_PERS, REGISTERS, ItemPer
from cloud_service.flow.metering.sites_and_meters import UNIT_OF


def test_every_unit_of_an_item_is_offered_once() -> None:
    assert (set(get_args(ItemPer)), len(ITEM_PERS)) == (set(ITEM_PERS), len(set(ITEM_PERS)))


def test_each_utility_has_a_register_that_counts_it() -> None:
    assert set(UNIT_OF) == set(REGISTERS)


def test_kinds_of_days_are_told_apart() -> None:
    assert len(DAYS) == len(set(DAYS))
