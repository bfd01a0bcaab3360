"""Reminders that wait for the post."""

from datetime import date

from sqlalchemy.orm import Session

from cloud_service.store.delivery import postal_letters
from cloud_service.store.scope import Scope
from tests.books.world import build

CONTENT = {"step": "Reminder", "letter": {"buyer": {"name": "B", "address": "A 1"}, "day": "2026-11-23"}}


def test_a_letter_waits_once_until_it_is_handed_in(session: Session) -> None:
    world = build(session, tenants=1)
    for _ in range(2):
        postal_letters.queue(session, world.accounts[0], "reminder-1", CONTENT)
    (letter,) = postal_letters.waiting(session, Scope())

    assert ("A1", "B", "A 1", date(2026, 11, 23), "Reminder") == (
        letter.account, letter.name, letter.address, letter.day, letter.step,
    )  # fmt: skip
    postal_letters.mark_posted(session, [letter.id], date(2026, 11, 24), "mary")
    assert [] == postal_letters.waiting(session, Scope())
