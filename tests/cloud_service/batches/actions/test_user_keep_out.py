from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.user_keep_out import ACTION
from common.errors import ConflictError
from tests.cloud_service.store.conftest import Office

RowId = Callable[[str, str, str], int]
Ordered = Callable[..., BatchOrder]


def test_somebody_is_kept_out_and_let_in_again(office: Office, row_id: RowId, order: Ordered) -> None:
    person = row_id("app_user", "email", "auditor@kilo.example")

    assert RowChange("may sign in", "kept out") == ACTION.do(office.session, person, order(do="keep_out"))
    with pytest.raises(ConflictError, match="may not sign in already"):
        ACTION.do(office.session, person, order(do="keep_out"))
    assert RowChange("kept out", "may sign in") == ACTION.do(office.session, person, order(do="let_in"))


def test_signing_out_ends_every_session_but_keeps_nobody_out(office: Office, row_id: RowId, order: Ordered) -> None:
    person = row_id("app_user", "email", "auditor@kilo.example")
    old = office.session.execute(text("SELECT fs_uniquifier FROM app_user WHERE id = :id"), {"id": person}).scalar()
    ACTION.do(office.session, person, order(do="sign_out"))
    office.session.flush()
    row = office.session.execute(
        text("SELECT fs_uniquifier, active FROM app_user WHERE id = :id"), {"id": person}
    ).one()

    assert (True, True) == (row.fs_uniquifier != old, row.active)


def test_nobody_keeps_themselves_out(office: Office, row_id: RowId) -> None:
    from tests.cloud_service.web.operator_rows import NOW, TODAY

    person = row_id("app_user", "email", "admin@kilo.example")
    own = BatchOrder({"do": "keep_out"}, "Admin@kilo.example", TODAY, NOW)

    with pytest.raises(ConflictError, match="this is you"):
        ACTION.do(office.session, person, own)
