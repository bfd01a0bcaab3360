from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.store.metering import readings
from cloud_service.store.metering.reading_rounds import (
    ReadingPhotoFile,
    add_photo,
    add_visit,
    note_of_key,
    remember_order,
    stops,
)
from tests.cloud_service.plant import START, add_meter, add_site, value_of

Owner = psycopg.Connection[Any]


@pytest.fixture
def site(owner: Owner) -> int:
    site = add_site(owner)
    add_meter(owner, "M1", site)
    add_meter(owner, "M2", site)
    add_meter(owner, "M9", add_site(owner, "Elsewhere"))
    return site


def walked(session: Session, site: int) -> list[str]:
    return [stop.meter for stop in stops(session, site, START, START.date())]


def test_only_the_sites_own_meters_are_walked_past_in_the_order_that_is_remembered(
    owner: Owner, session: Session, site: int
) -> None:
    assert ["M1", "M2"] == walked(session, site)
    places = [
        value_of(owner, "SELECT id FROM service_point WHERE name = %s", f"at {name}") for name in ("M2", "M1", "M9")
    ]

    remember_order(session, site, places)

    assert ["M2", "M1"] == walked(session, site)
    assert value_of(owner, "SELECT count(*) FROM service_point WHERE settings ? 'walk' AND name = 'at M9'") == 0


def test_an_entry_is_found_by_its_key(session: Session) -> None:
    key = uuid4()
    assert note_of_key(session, key) is None

    assert readings.add_note(session, "Ada", "round", key) == note_of_key(session, key)


def test_the_last_visit_that_read_nothing_is_shown_once(session: Session, owner: Owner, site: int) -> None:
    register, key = value_of(owner, "SELECT min(id) FROM register"), uuid4()
    for _ in "12":
        add_visit(session, register, "blocked", author="Ada", key=key, at=START)
    add_visit(session, register, "broken", author="Ada", key=uuid4(), at=START + timedelta(hours=1))

    assert ["broken", None] == [stop.cause for stop in stops(session, site, START, START.date())]


def test_a_photo_stays_as_it_is(session: Session, owner: Owner) -> None:
    add_photo(session, readings.add_note(session, "Ada", "round"), ReadingPhotoFile("image/png", b"png"))
    session.commit()

    with pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute("UPDATE reading_photo SET content = 'other'")
