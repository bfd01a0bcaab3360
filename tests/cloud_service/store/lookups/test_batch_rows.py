from datetime import date

from sqlalchemy import text

from cloud_service.store.lookups.batch_rows import contract_on
from tests.cloud_service.conftest import Office


def test_a_contract_on_a_day_has_its_company_tariff_and_end(office: Office) -> None:
    contract = office.session.execute(text("SELECT id FROM contract WHERE number = 'K-1'")).scalar_one()
    today = contract_on(office.session, contract, date(2026, 11, 20))

    assert (next(iter(office.kilo.entities or ())), "T-K-1", None, False) == (
        today.entity_id, today.tariff, today.end, today.later_tariff,
    )  # fmt: skip
    assert ("", True) == (
        contract_on(office.session, contract, date(2020, 1, 1)).tariff,
        contract_on(office.session, contract, date(2020, 1, 1)).later_tariff,
    )
