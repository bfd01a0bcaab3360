from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from cloud_service.batches import work
from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.store.batches import batches
from cloud_service.store.batches.batches import ChosenRow, NewBatch, StoredBatch
from cloud_service.store.database.session import Session
from common.errors import ConflictError
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.web.operator_rows import NOW, TODAY


def rename(session: Session, client_id: int, order: BatchOrder) -> RowChange:
    session.execute(
        text("UPDATE client SET name = :name WHERE id = :id"), {"id": client_id, "name": order.text("name")}
    )
    if order.text("refuse") == str(client_id):
        raise ConflictError("not this one", hint="leave it out")
    return RowChange("", order.text("name"))


@pytest.fixture(autouse=True)
def _renaming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        work, "ACTIONS", {"rename": BatchAction("rename", rename), "pay": BatchAction("pay", rename, approval=True)}
    )


def batch_of(office: Office, action: str = "rename", **values: Any) -> StoredBatch:
    rows = office.session.execute(text("SELECT id, public_id, number FROM client ORDER BY id")).all()
    public_id = batches.add(
        office.session, NewBatch("clients", action, "clerk", office.kilo, TODAY),
        [ChosenRow(row.id, row.public_id, row.number) for row in rows],
    )  # fmt: skip
    batch = batches.stored(office.session, public_id, office.kilo)
    batches.ask_for_check(office.session, batch.id, values)
    return batch


def finish(office: Office, batch: StoredBatch, most: int = 2) -> None:
    while work.work(office.session, batch.id, NOW, most):
        pass


def state(office: Office, public_id: UUID) -> tuple[str, dict[str, str]]:
    batch = batches.stored(office.session, public_id, office.kilo)
    return batch.state, {row.label: row.state for row in batches.items(office.session, batch.id)}


def names(office: Office) -> list[str]:
    return list(office.session.execute(text("SELECT name FROM client ORDER BY id")).scalars())


def test_a_check_does_each_row_and_takes_it_back(office: Office) -> None:
    before, batch = names(office), batch_of(office, name="New")
    finish(office, batch)

    assert ("checked", {"C-1": "ready", "C-2": "ready", "C-3": "ready"}) == state(office, batch.public_id)
    assert before == names(office)


def test_a_refused_row_leaves_nothing_behind_and_the_others_are_done(office: Office) -> None:
    before = names(office)
    (second,) = office.session.execute(text("SELECT id FROM client WHERE number = 'C-2'")).scalars()
    batch = batch_of(office, name="New", refuse=str(second))
    finish(office, batch)
    refused = [row for row in batches.items(office.session, batch.id) if row.state == "refused"]

    assert [("C-2", "not this one", "leave it out")] == [(row.label, row.reason, row.hint) for row in refused]
    assert work.let_run(office.session, batches.of_id(office.session, batch.id), "clerk", NOW)
    finish(office, batch)
    assert ("done", {"C-1": "done", "C-2": "refused", "C-3": "done"}) == state(office, batch.public_id)
    assert ["New", before[1], "New"] == names(office)


def test_what_has_become_impossible_since_the_check_is_refused_alone(office: Office) -> None:
    batch = batch_of(office, name="New")
    finish(office, batch)
    (first,) = office.session.execute(text("SELECT id FROM client WHERE number = 'C-1'")).scalars()
    office.session.execute(
        text("UPDATE batch SET values = values || jsonb_build_object('refuse', cast(:id AS text)) WHERE id = :batch"),
        {"id": str(first), "batch": batch.id},
    )
    work.let_run(office.session, batches.of_id(office.session, batch.id), "clerk", NOW)
    finish(office, batch)

    assert ("done", {"C-1": "refused", "C-2": "done", "C-3": "done"}) == state(office, batch.public_id)


def test_a_database_that_does_not_answer_refuses_no_row(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> RowChange:
        raise OperationalError("x", {}, psycopg.errors.DeadlockDetected("deadlock"))

    batch = batch_of(office, name="New")
    monkeypatch.setattr(work, "ACTIONS", {"rename": BatchAction("rename", away)})

    with pytest.raises(OperationalError):
        work.work(office.session, batch.id, NOW)


def test_a_fault_of_ours_refuses_its_row_and_the_others_go_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(session: Session, client_id: int, order: BatchOrder) -> RowChange:
        change = rename(session, client_id, order)
        return {1: change}[client_id % 2]  # every second one is not there

    batch = batch_of(office, name="New")
    monkeypatch.setattr(work, "ACTIONS", {"rename": BatchAction("rename", stumble)})
    finish(office, batch)

    assert {"ready", "refused"} == set(state(office, batch.public_id)[1].values())
    assert "checked" == state(office, batch.public_id)[0]


def test_it_runs_once_however_often_it_is_pressed(office: Office) -> None:
    batch = batch_of(office, name="New")
    finish(office, batch)
    checked = batches.of_id(office.session, batch.id)

    assert [True, False] == [work.let_run(office.session, checked, "clerk", NOW) for _ in range(2)]


def test_what_two_must_agree_on_waits_for_the_other(office: Office) -> None:
    batch = batch_of(office, "pay", name="New")
    finish(office, batch)

    assert not work.let_run(office.session, batches.of_id(office.session, batch.id), "clerk", NOW)
    assert "waiting" == state(office, batch.public_id)[0]
    assert work.let_run(office.session, batches.of_id(office.session, batch.id), "boss", NOW)
    assert "boss" == batches.of_id(office.session, batch.id).approved_by


def test_who_is_alone_agrees_with_themselves(office: Office) -> None:
    batch = batch_of(office, "pay", name="New")
    finish(office, batch)

    assert work.let_run(office.session, batches.of_id(office.session, batch.id), "clerk", NOW, alone=True)


def test_nothing_to_do_is_said(office: Office) -> None:
    batch = batch_of(office, name="New")  # nothing is checked yet, so nothing is ready

    with pytest.raises(ConflictError, match="no row can be done"):
        work.refuse_empty(office.session, batch)


def test_an_action_that_this_version_does_not_know_is_refused_and_not_tried_for_ever(office: Office) -> None:
    batch = batch_of(office, "gone", name="New")
    finish(office, batch)

    assert ("checked", {"C-1": "refused", "C-2": "refused", "C-3": "refused"}) == state(office, batch.public_id)
