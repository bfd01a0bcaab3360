from cloud_service.web.blueprints import PAGES
from cloud_service.web.language.list_nouns import NOUNS
from cloud_service.web.listing import ListPage


def test_every_list_has_its_sentences_and_no_noun_is_without_a_list() -> None:
    lists = [value for page in PAGES for value in vars(page).values() if isinstance(value, ListPage)]

    assert set(NOUNS) == {page.noun for page in lists}


def test_the_noun_follows_the_number() -> None:
    assert ["bill", "bills", "bills"] == [NOUNS["bill"].counted(count) for count in (1, 0, 12)]
