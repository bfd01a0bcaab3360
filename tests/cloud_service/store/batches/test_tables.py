import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cloud_service.store.batches.tables import ITEM_STATES, STATES
from tests.cloud_service.conftest import Office

BATCH = text(
    "INSERT INTO batch (page, action, author, asked_on, state)"
    " VALUES ('bills', 'x', 'clerk', now(), :state) RETURNING id"
)


def test_the_database_knows_the_states_and_no_others(office: Office) -> None:
    for state in STATES:
        batch = office.session.execute(BATCH, {"state": state}).scalar_one()
        for number, item_state in enumerate(ITEM_STATES):
            office.session.execute(
                text("INSERT INTO batch_item (batch_id, row_id, row_public_id, label, state)"
                     " VALUES (:batch, :row, gen_random_uuid(), 'x', :state)"),
                {"batch": batch, "row": number, "state": item_state},
            )  # fmt: skip
    with pytest.raises(IntegrityError):
        office.session.execute(BATCH, {"state": "lost"})
