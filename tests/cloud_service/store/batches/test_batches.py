from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import ChosenRow, NewBatch
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.conftest import Office
from tests.cloud_service.web.operator_rows import NOW, TODAY


def add(office: Office, scope: Scope, rows: int = 3) -> batches.StoredBatch:
    chosen = [ChosenRow(number, uuid4(), f"Row {number}") for number in range(rows)]
    public_id = batches.add(office.session, NewBatch("bills", "invoice_send", "clerk", scope, TODAY), chosen)
    return batches.stored(office.session, public_id, scope)


def test_a_batch_keeps_its_rows_in_their_order_and_each_once(office: Office) -> None:
    batch = add(office, office.kilo)
    twice = [ChosenRow(1, uuid4(), "A"), ChosenRow(1, uuid4(), "A again")]
    public_id = batches.add(office.session, NewBatch("bills", "invoice_send", "clerk", office.kilo, TODAY), twice)
    other = batches.stored(office.session, public_id, office.kilo)

    assert ["Row 0", "Row 1", "Row 2"] == [row.label for row in batches.items(office.session, batch.id)]
    assert ["A"] == [row.label for row in batches.items(office.session, other.id)]


def test_rows_come_in_portions(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PORTION", 2)

    assert 5 == len(list(batches.items(office.session, add(office, office.kilo, 5).id)))


def test_only_who_sees_as_much_sees_a_batch(office: Office) -> None:
    kilos, everybodys = add(office, office.kilo), add(office, Scope())

    assert kilos.id == batches.stored(office.session, kilos.public_id, Scope()).id
    for scope, batch in ((office.zeta, kilos), (office.kilo, everybodys)):
        with pytest.raises(NotFoundError):
            batches.stored(office.session, batch.public_id, scope)
    for batch in (kilos, everybodys):
        batches.ask_for_check(office.session, batch.id, {})
    assert [kilos.id] == [batch.id for batch in batches.newest(office.session, office.kilo)]
    assert [] == batches.newest(office.session, office.zeta)


def test_a_state_changes_once(office: Office) -> None:
    batch = add(office, office.kilo)
    batches.ask_for_check(office.session, batch.id, {"day": "2026-12-01"})

    assert [True, False] == [
        batches.change_state(office.session, batch.id, "checking", "checked", NOW) for _ in range(2)
    ]
    assert batches.change_state(office.session, batch.id, "checked", "running", NOW)
    assert not batches.ask_for_check(office.session, batch.id, {"day": "2027-01-01"})
    assert {"day": "2026-12-01"} == batches.of_id(office.session, batch.id).values


def test_what_is_old_and_what_was_only_ticked_is_forgotten(office: Office) -> None:
    ticked, checked = add(office, office.kilo), add(office, office.kilo)
    batches.ask_for_check(office.session, checked.id, {})
    office.session.execute(text("UPDATE batch SET created_at = :at"), {"at": NOW - timedelta(days=2)})
    batches.forget(office.session, NOW - timedelta(days=90), NOW - timedelta(days=1))

    assert [checked.id] == list(office.session.execute(text("SELECT id FROM batch")).scalars())
    batches.forget(office.session, NOW, NOW)
    assert 0 == office.session.execute(text("SELECT count(*) FROM batch_item")).scalar()
    assert ticked.state == "chosen"
