"""Which invoices wait for the post, which have gone."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import post
from cloud_service.store.scope import Scope
from tests.books.world import build

INVOICE = text("""
INSERT INTO invoice (legal_entity_id, account_id, number, currency, local_currency, net, tax, total, energy,
                     bill_date, due_date, during, seller, buyer, basis, hash)
VALUES (:entity, :account, :number, 'EUR', 'EUR', 0, 0, 0, 0,
        '2026-03-01', '2026-03-15', '[2026-02-01,2026-03-01)', '{}', '{"name": "Amina"}', '{}', '') RETURNING id
""")


def test_an_invoice_waits_once_until_it_is_posted(session: Session) -> None:
    world = build(session, tenants=1)
    ids = [
        session.execute(INVOICE, {"entity": world.entity, "account": world.accounts[0], "number": number}).scalar_one()
        for number in ("I-2", "I-1")
    ]
    post.queue(session, ids)
    post.queue(session, ids)
    assert ["I-1", "I-2"] == [each.number for each in post.waiting(session, Scope())]
    assert ["I-1"] == [each.number for each in post.waiting(session, Scope(), most=1)]
    assert ["I-2", "I-1"] == [each.number for each in post.chosen(session, ids)]

    post.mark_posted(session, ids[:1], date(2026, 3, 2), "mary")
    assert [("I-1", "Amina", "")] == [(each.number, each.name, each.address) for each in post.waiting(session, Scope())]
    post.mark_posted(session, ids[1:], date(2026, 3, 2), "mary")
    assert [] == post.waiting(session, Scope())
