import pytest

from cloud_service.batches.actions import ACTIONS
from cloud_service.web.console.batch_lists import LISTS
from cloud_service.web.console.batches import FILE_PAGES
from cloud_service.web.lists.offers import OFFERS, offers_of, row_label


def test_every_action_is_offered_by_a_list_and_every_offer_has_its_action() -> None:
    offered = {offer.action: offer.file for entry in OFFERS.values() for offer in entry.offers}

    assert set(ACTIONS) == {action for action, is_file in offered.items() if not is_file}
    assert set(FILE_PAGES) == {action for action, is_file in offered.items() if is_file}
    assert set(OFFERS) == set(LISTS)


@pytest.mark.parametrize("name", list(OFFERS))
def test_a_row_is_named_by_a_column_of_its_list(name: str) -> None:
    assert row_label(name) in {column.key for column in LISTS[name].page.columns}


def test_a_list_without_offers_has_none() -> None:
    assert [] == list(offers_of("audit"))
    assert not row_label("audit")
