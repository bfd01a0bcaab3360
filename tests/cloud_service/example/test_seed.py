from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cloud_service.example.operator import CLIENTS
from cloud_service.example.seed import seed
from cloud_service.store.metering import Contract
from cloud_service.store.parties import AccountMode, Site


def test_the_example_has_two_zones_and_at_least_six_clients_one_of_them_prepaid(session: Session) -> None:
    seeded = seed(session, date(2025, 11, 1))
    session.commit()

    assert {"Africa/Nairobi", "Europe/Berlin"} == set(session.scalars(select(Site.timezone)))
    assert len(CLIENTS) == session.scalar(select(func.count()).select_from(Contract)) == len(seeded.contracts)
    assert 1 == session.scalar(select(func.count()).where(AccountMode.mode == "prepaid"))
