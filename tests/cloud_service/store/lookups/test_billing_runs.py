import pytest

from cloud_service.store.lookups.billing_runs import run, run_counts, run_items
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.store.lists.test_billing_runs import ITEM, RUN


def test_parked_items_stand_first_and_all_are_counted(office: Office) -> None:
    run_id = office.session.execute(RUN, {"name": "October", "state": "rated"}).scalar_one()
    for contract, state in (("K-1", "rated"), ("K-2", "parked")):
        office.session.execute(ITEM, {"run": run_id, "contract": contract, "state": state})
    items = run_items(office.session, run_id)

    assert [("K-2", "parked", "Bakery & Söhne"), ("K-1", "rated", "Amina Wanjiku")] == [
        (item.contract, item.state, item.tenant) for item in items
    ]
    assert {"rated": 1, "parked": 1} == run_counts(office.session, run_id)
    assert ["K-1"] == [item.contract for item in run_items(office.session, run_id, ["rated", "issued"])]


def test_a_run_of_another_entity_does_not_exist(office: Office) -> None:
    run_id = office.session.execute(RUN, {"name": "October", "state": "rated"}).scalar_one()
    public_id = office.session.connection().exec_driver_sql(f"SELECT public_id FROM billing_run WHERE id = {run_id}")
    name = public_id.scalar_one()

    assert "October" == run(office.session, office.kilo, name).name
    with pytest.raises(NotFoundError, match="no such billing run"):
        run(office.session, office.zeta, name)
