"""A landlord with a house, its office and a worker: what the turns of a contract are walked in, by pages alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text

from cloud_service.app import create_app
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow import billing_run
from cloud_service.flow.customers import legal_entity
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.metering.sites_and_meters import SiteDetails, add_site
from cloud_service.flow.publish_tariff import TariffDraft, publish
from cloud_service.flow.rate import rate_shard
from cloud_service.flow.validate import validate_dirty
from cloud_service.settings import Settings
from cloud_service.store.database.session import transaction
from cloud_service.store.identity import users
from tests.scenarios.page_reader import PageReader

PASSWORD = "four quiet words here"
TARIFF: dict[str, Any] = {
    "id": "home", "name": "Home", "currency": "EUR",
    "charges": [
        {"kind": "energy", "label": "Energy", "price": "0.30"},
        {"kind": "standing", "label": "Day price", "amount": "0.20", "per": "day"},
    ],
    "taxes": [{"name": "VAT", "label": "VAT 19 %", "category": "S", "percent": "19"}],
}  # fmt: skip


def reckoned(kwh: str, days: int) -> str:
    """The bill by hand: 0.30 a kWh and 0.20 a day, each line to the cent, then 19 % to the cent."""
    cent = Decimal("0.01")
    net = (Decimal(kwh) * Decimal("0.30")).quantize(cent, ROUND_HALF_UP) + days * Decimal("0.20")
    return f"{net + (net * Decimal('0.19')).quantize(cent, ROUND_HALF_UP):.2f}"


@dataclass
class LettingOffice:
    """The application with a clock that the test sets; `work` is what the worker does meanwhile."""

    app: Flask
    engine: Engine
    now: datetime

    def at(self, day: str) -> None:
        """It is noon of that day."""
        self.now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)

    def person(self, role: str) -> PageReader:
        """Somebody at the start page, signed in."""
        reader = PageReader(self.app.test_client()).open("/sign-in")
        return reader.send("Sign in", email=f"{role}@hof.example", password=PASSWORD)

    def work(self) -> None:
        """Days are made, and runs that were started are worked through."""
        validate_dirty(self.engine)  # the database marks days by its own clock
        with transaction(self.engine) as session:
            runs = session.execute(text("SELECT id, state FROM billing_run WHERE state IN ('rating', 'issuing')")).all()
        for run in runs:
            with transaction(self.engine) as session:
                if run.state == "rating":
                    rate_shard(session, run.id)
                else:
                    issue_shard(session, run.id, author="office")
                billing_run.report(session, run.id)

    def publish(self, document: dict[str, Any]) -> None:
        """Another tariff of the company."""
        with transaction(self.engine) as session:
            entity = session.execute(text("SELECT id FROM legal_entity")).scalar_one()
            draft = TariffDraft(load_tariff(document), document)
            publish(session, entity, draft, author="test", start=date(2026, 1, 1))

    def value(self, query: str, **values: Any) -> Any:
        """The only value of a query, for what no page says."""
        with transaction(self.engine) as session:
            return session.execute(text(query), values).scalar()


def open_office(engine: Engine, database_url: str) -> LettingOffice:
    """The company, its site, tariff and people; everything else is done by pages."""
    with transaction(engine) as session:
        company = legal_entity.LegalEntityDetails(
            "Hof GmbH", currency="EUR", timezone="Europe/Berlin", country="DE", address="Am Hof 1\n10115 Berlin"
        )
        entity = legal_entity.add(session, company, author="test")
        add_site(session, entity, SiteDetails("Hof", timezone="Europe/Berlin", currency="EUR"), author="test")
        publish(session, entity, TariffDraft(load_tariff(TARIFF), TARIFF), author="test", start=date(2026, 1, 1))
        for role in ("admin", "billing"):
            users.add_user(
                session, email=f"{role}@hof.example", name=role, role=role, password=PASSWORD, entity_id=entity,
                actor="test",
            )  # fmt: skip
    settings = Settings(
        database_url=database_url, owner_url=database_url, secret_key="k" * 40, public_url="http://localhost"
    )
    app = create_app(settings, engine)
    office = LettingOffice(app, engine, datetime(2026, 10, 12, 12, tzinfo=UTC))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, CLOCK=lambda: office.now)
    return office
