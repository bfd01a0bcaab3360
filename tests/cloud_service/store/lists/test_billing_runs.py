from datetime import date
from typing import Any

from sqlalchemy import text

from cloud_service.store.lists.billing_runs import runs
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.scope import Scope
from tests.cloud_service.store.conftest import Office

RUN = text(
    """
    INSERT INTO billing_run (legal_entity_id, name, state, during, bill_date, created_by)
    SELECT min(id), :name, :state, '[2026-10-01,2026-11-01)', '2026-11-02', 'test' FROM legal_entity
    RETURNING id
    """
)
ITEM = text(
    """
    INSERT INTO billing_item (billing_run_id, contract_id, during, state)
    SELECT :run, id, '[2026-10-01,2026-11-01)', :state FROM contract WHERE number = :contract
    """
)


def listed(office: Office, scope: Scope, query: ListQuery) -> list[Any]:
    return list(page_of(office.session, runs(scope, query), query).rows)


def test_a_run_stands_with_how_many_of_its_items_are_where(office: Office) -> None:
    run = office.session.execute(RUN, {"name": "October", "state": "rated"}).scalar_one()
    for contract, state in (("K-1", "issued"), ("K-2", "parked")):
        office.session.execute(ITEM, {"run": run, "contract": contract, "state": state})
    (row,) = listed(office, office.kilo, ListQuery(text="octo"))

    assert ("October", date(2026, 10, 1), 1, 1, 0, 2) == (
        row.name, row.since, row.issued, row.parked, row.waiting, row.total,
    )  # fmt: skip


def test_runs_are_filtered_by_state_and_entity(office: Office) -> None:
    office.session.execute(RUN, {"name": "October", "state": "rated"})

    assert [] == listed(office, office.kilo, ListQuery(filters={"state": ("issued",)}))
    assert [] == listed(office, office.zeta, ListQuery())


def test_a_trial_is_told_from_a_run_that_was_given_up(office: Office) -> None:
    for name, state in (("trial", "cancelled"), ("rated trial", "rated"), ("given up", "cancelled")):
        run = office.session.execute(RUN, {"name": name, "state": state}).scalar_one()
        office.session.execute(
            text("UPDATE billing_run SET dry_run = :dry WHERE id = :run"), {"run": run, "dry": "trial" in name}
        )

    assert {"trial": "trial", "rated trial": "rated", "given up": "cancelled"} == {
        row.name: row.shown_state for row in listed(office, office.kilo, ListQuery())
    }
