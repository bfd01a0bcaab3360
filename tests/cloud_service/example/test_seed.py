from datetime import date
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cloud_service.example.operator import CLIENTS
from cloud_service.example.seed import add_weekly_rates, seed
from cloud_service.store.customers.tables import AccountMode, Site
from cloud_service.store.invoicing.tables import CurrencyRate
from cloud_service.store.metering.tables import Contract


def test_the_example_has_two_zones_and_at_least_six_clients_one_of_them_prepaid(session: Session) -> None:
    seeded = seed(session, date(2025, 11, 1), date(2026, 11, 20))
    session.commit()

    assert {"Africa/Nairobi", "Europe/Berlin"} == set(session.scalars(select(Site.timezone)))
    assert len(CLIENTS) == session.scalar(select(func.count()).select_from(Contract)) == len(seeded.contracts)
    assert 1 == session.scalar(select(func.count()).where(AccountMode.mode == "prepaid"))


def test_its_rates_are_never_too_old_for_a_bill_and_are_kept_up(session: Session) -> None:
    seed(session, date(2025, 11, 1), date(2026, 11, 20))
    add_weekly_rates(session, date(2025, 11, 1), date(2026, 12, 24))
    days = list(session.scalars(select(CurrencyRate.day).order_by(CurrencyRate.day)))

    assert (date(2025, 11, 1), date(2026, 12, 19)) == (days[0], days[-1])
    assert {7} == {(later - day).days for day, later in pairwise(days)}
