"""A small operator whose life is played through the product's own steps; what each step did is noted for the opinion.

Every door is one transaction, as a page or a command has it: done as a whole and noted, or refused and not noted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow.customers import client, legal_entity
from cloud_service.flow.metering import sites_and_meters
from cloud_service.flow.publish_tariff import TariffDraft, publish
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.database.session import transaction
from tests.books.histories.counter import Counter
from tests.books.histories.opinion import DAY, Life, Price, Stay

WHO = "history"
CONTRACT = text("SELECT id FROM contract WHERE number = :number")


@dataclass
class Operator:
    """A company with places, meters, clients and tariffs; `today` is the day of its story."""

    engine: Engine
    tag: str  # what its names begin with, as all operators live in one database
    seed: int
    life: Life
    today: date
    entity: int = 0
    points: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    tariffs: dict[str, int] = field(default_factory=dict)
    meters: dict[str, int] = field(default_factory=dict)
    counters: dict[str, Counter] = field(default_factory=dict)
    roof: bool = False  # whether its meters count what is fed in as well
    contracts: int = 0  # so many had a number
    withdrawn: set[tuple[str, datetime]] = field(default_factory=set)  # readings that a person took back
    sequence: int = 0  # of readings and references
    runs: list[int] = field(default_factory=list)  # rated, not approved yet
    refusal: str = ""  # why the last step was refused

    def clock(self) -> datetime:
        """Noon of today where the places are."""
        return self.life.midnight(self.today) + timedelta(hours=12)

    @contextmanager
    def door(self) -> Iterator[Session]:
        """One transaction of the product."""
        with transaction(self.engine) as session:
            yield session

    def allowed(self, step: Callable[[], None]) -> bool:
        """Do a step; False where the product refused it, and nothing of it stays."""
        try:
            step()
        except REFUSALS as error:
            self.refusal = f"{type(error).__name__}: {error}".partition("\n")[0]
            return False
        return True

    def found(self, places: int, clients: int) -> None:
        """The company with its site, places and clients."""
        with self.door() as session:
            company = legal_entity.LegalEntityDetails(
                f"{self.tag} Energy",
                currency="EUR",
                timezone=self.life.zone,
                country="DE",
                address="Am Hof 1\n10115 Berlin",
            )
            self.entity = legal_entity.add(session, company, author=WHO)
            site = sites_and_meters.SiteDetails("Hof", timezone=self.life.zone, currency="EUR")
            site_id = sites_and_meters.add_site(session, self.entity, site, author=WHO)
            for number in range(places):
                flat = sites_and_meters.ServicePointDetails(f"Flat {number}")
                self.points.append(sites_and_meters.add_point(session, site_id, flat, author=WHO))
            for number in range(clients):
                person = client.ClientDetails(f"Client {number}", country="DE")
                client_id = client.add_client(session, self.entity, person, author=WHO)
                account = client.NewAccount("EUR", self.today - 400 * DAY, number=f"{self.tag}-A{number}")
                self.accounts.append(client.open_account(session, client_id, account, author=WHO))

    def publish(self, code: str, day: date, kwh: Decimal, per_day: Decimal) -> None:
        """A tariff, or its next prices."""
        rates = self.life.vat[code]
        ends = [first for first, _ in rates[1:]] + [None]
        taxed = [
            {"percent": str(percent)}
            | ({"from": first.isoformat()} if first > date.min else {})
            | ({"until": until.isoformat()} if until else {})
            for (first, percent), until in zip(rates, ends, strict=True)
        ]
        netting: dict[str, Any] = {"netting": {"against": "export"}} if code in self.life.netted else {}
        document: dict[str, Any] = {
            "id": code, "name": code, "currency": "EUR",
            "charges": [
                {"kind": "energy", "label": "Energy", "price": str(kwh)} | netting,
                {"kind": "standing", "label": "Standing", "amount": str(per_day), "per": "day"},
            ],
            "taxes": [{"name": "VAT", "label": "VAT", "category": "S", "rates": taxed}],
        }  # fmt: skip
        with self.door() as session:
            draft = TariffDraft(load_tariff(document), document)
            self.tariffs[code] = publish(session, self.entity, draft, author=WHO, start=day).tariff_id
        kept = [price for price in self.life.prices.get(code, []) if price.day != day]
        self.life.prices[code] = [*kept, Price(day, kwh, per_day)]

    def contract_id(self, session: Session, stay: Stay) -> int:
        """The product's id of a contract."""
        return int(session.execute(CONTRACT, {"number": stay.number}).scalar_one())

    def reference(self) -> str:
        """One that was never used."""
        self.sequence += 1
        return f"{self.tag}-{self.sequence}"
