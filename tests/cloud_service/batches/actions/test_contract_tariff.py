from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder, RowChange
from cloud_service.batches.actions.contract_tariff import ACTION
from common.errors import ConflictError, NotFoundError
from tests.cloud_service.store.conftest import Office

RowId = Callable[[str, str, str], int]
Ordered = Callable[..., BatchOrder]


def tariffs(office: Office, contract: int) -> list[tuple[str, str]]:
    rows = office.session.execute(
        text("SELECT t.code, lower(a.during) AS since FROM tariff_assignment a JOIN tariff t ON t.id = a.tariff_id"
             " WHERE a.contract_id = :id ORDER BY 2"), {"id": contract},
    )  # fmt: skip
    return [(row.code, str(row.since)) for row in rows]


@pytest.fixture
def _another(office: Office) -> None:
    office.session.execute(
        text("INSERT INTO tariff (legal_entity_id, code, name, currency) SELECT legal_entity_id, 'NEW', 'New', currency"
             " FROM tariff WHERE code = 'T-K-1'")
    )  # fmt: skip


@pytest.mark.usefixtures("_another")
def test_the_tariff_of_that_code_counts_from_the_day_on(office: Office, row_id: RowId, order: Ordered) -> None:
    contract = row_id("contract", "number", "K-1")
    change = ACTION.do(office.session, contract, order(tariff="NEW", day="2026-12-01"))

    assert RowChange("T-K-1", "NEW · 2026-12-01") == change
    assert [("T-K-1", "2025-01-01"), ("NEW", "2026-12-01")] == tariffs(office, contract)


@pytest.mark.usefixtures("_another")
def test_the_same_again_is_refused(office: Office, row_id: RowId, order: Ordered) -> None:
    contract = row_id("contract", "number", "K-1")
    ACTION.do(office.session, contract, order(tariff="NEW", day="2026-12-01"))

    with pytest.raises(ConflictError, match="already"):
        ACTION.do(office.session, contract, order(tariff="NEW", day="2026-12-01"))


@pytest.mark.usefixtures("_another")
def test_days_after_the_end_and_billed_days_are_refused(office: Office, row_id: RowId, order: Ordered) -> None:
    contract = row_id("contract", "number", "K-1")
    with pytest.raises(ConflictError, match="billed already"):
        ACTION.do(office.session, contract, order(tariff="NEW", day="2026-11-01"))
    office.session.execute(
        text("UPDATE contract SET during = daterange(lower(during), :day) WHERE id = :id"),
        {"id": contract, "day": date(2026, 11, 25)},
    )
    with pytest.raises(ConflictError, match="ends on 2026-11-25"):
        ACTION.do(office.session, contract, order(tariff="NEW", day="2026-12-01"))


def test_a_tariff_of_another_company_does_not_exist(office: Office, row_id: RowId, order: Ordered) -> None:
    with pytest.raises(NotFoundError):
        ACTION.do(office.session, row_id("contract", "number", "K-1"), order(tariff="T-K-3", day="2026-12-01"))
