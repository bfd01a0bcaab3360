from sqlalchemy.orm import Session

from cloud_service.store.metering.table_mappings import remember, remembered
from cloud_service.store.scope import Scope

HEADER = ("Zähler", "Datum", "Stand")


def test_what_was_chosen_for_a_header_is_remembered_and_the_newest_choice_counts(session: Session) -> None:
    remember(session, Scope(), HEADER, {"decimal": "."}, "Ada")
    remember(session, Scope(), HEADER, {"decimal": ","}, "Ada")

    assert {"decimal": ","} == remembered(session, Scope(), HEADER)
    assert {} == remembered(session, Scope(), HEADER[:2])


def test_other_entities_do_not_see_it(session: Session) -> None:
    remember(session, Scope(), HEADER, {"decimal": ","}, "Ada")

    assert {} == remembered(session, Scope(entities=frozenset({7})), HEADER)
