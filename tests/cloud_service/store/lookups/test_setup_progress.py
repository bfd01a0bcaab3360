from dataclasses import asdict

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.customers import legal_entities
from cloud_service.store.lookups.setup_progress import setup_progress


def test_nothing_is_done_for_a_new_company(session: Session) -> None:
    entity = legal_entities.add(session, legal_entities.EntityFields("New", "KES", "Africa/Nairobi"))

    assert not any(asdict(setup_progress(session, entity)).values())


def test_a_step_is_done_by_what_is_there_and_counts_for_its_company_only(session: Session) -> None:
    entity, other = (
        legal_entities.add(session, legal_entities.EntityFields(name, "KES", "Africa/Nairobi", "Street 1", "KE"))
        for name in ("One", "Other")
    )
    session.execute(
        text("INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (:id, 'S', 'Africa/Nairobi', 'KES')"),
        {"id": entity},
    )

    done = [name for name, is_done in asdict(setup_progress(session, entity)).items() if is_done]
    assert ["company", "site"] == done
    assert not setup_progress(session, other).site
