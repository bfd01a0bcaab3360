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
from cloud_service.flow.customers import bank_account, client, legal_entity
from cloud_service.flow.metering import sites_and_meters
from cloud_service.flow.publish_tariff import TariffDraft, publish
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.database.session import transaction
from tests.books.histories.counter import Counter
from tests.books.histories.opinion import DAY, Life, Price, Stay, midnight
from tests.books.histories.outside import Company, Told
from tests.books.histories.papers import Papers, papers_of

WHO = "history"
COUNTERS = {
    "power": ("import",),
    "roof": ("import", "export"),
    "twin": ("import_day", "import_night"),
    "water": ("water",),
}
UTILITIES = {"water": ("water", "m3")}
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
    site: int = 0
    points: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # of each place: which counters hang there
    accounts: list[int] = field(default_factory=list)
    tariffs: dict[str, int] = field(default_factory=dict)
    meters: dict[str, int] = field(default_factory=dict)
    counters: dict[str, Counter] = field(default_factory=dict)
    home: str = ""  # the company's own zone
    absent: list[tuple[str, datetime, datetime]] = field(default_factory=list)  # meters that were noted wrongly
    slips: list[tuple[str, datetime, datetime]] = field(default_factory=list)  # meter, noted and true moment of coming
    waived: list[tuple[str, date, date, int]] = field(default_factory=list)  # tenant, days, the product's id
    company: Company = field(default_factory=Company)
    bookings: list[Told] = field(default_factory=list)  # what the bank has told of
    wrong: list[str] = field(default_factory=list)  # what a step did that it should not
    contracts: int = 0  # so many had a number
    withdrawn: set[tuple[str, datetime]] = field(default_factory=set)  # readings that a person took back
    sequence: int = 0  # of readings and references
    runs: list[int] = field(default_factory=list)  # rated, not approved yet
    refusal: str = ""  # why the last step was refused
    read: Papers | None = None  # since nothing was done

    def clock(self) -> datetime:
        """Noon of today where the company is."""
        return midnight(self.home, self.today) + timedelta(hours=12)

    @contextmanager
    def door(self) -> Iterator[Session]:
        """One transaction of the product."""
        self.read = None
        with transaction(self.engine) as session:
            yield session

    def papers(self) -> Papers:
        """What the product has on paper by now."""
        if self.read is None:
            with transaction(self.engine) as session:
                self.read = papers_of(session, self.entity)
        return self.read

    def allowed(self, step: Callable[[], None]) -> bool:
        """Do a step; False where the product refused it, and nothing of it stays."""
        try:
            step()
        except REFUSALS as error:
            self.refusal = f"{type(error).__name__}: {error}".partition("\n")[0]
            return False
        return True

    def found(self, kinds: list[str], clients: int) -> None:
        """The company with its bank, its site, places and clients."""
        with self.door() as session:
            company = legal_entity.LegalEntityDetails(
                f"{self.tag} Energy",
                currency="EUR",
                timezone=self.home,
                country="DE",
                address="Am Hof 1\n10115 Berlin",
                vat_id="DE123456789",
                email="bills@example.org",
            )
            self.entity = legal_entity.add(session, company, author=WHO)
            bank = bank_account.BankDetails(f"{self.tag} Energy", iban=self.iban, currency="EUR")
            bank_account.add(session, self.entity, bank, author=WHO)
            self.site = sites_and_meters.add_site(session, self.entity, self.site_in(self.life.zone), author=WHO)
            for number, kind in enumerate(kinds):
                utility, _ = UTILITIES.get(kind, ("electricity", "kWh"))
                flat = sites_and_meters.ServicePointDetails(f"Flat {number}", utility=utility)
                self.points.append(sites_and_meters.add_point(session, self.site, flat, author=WHO))
            self.kinds = kinds
            for number in range(clients):
                address = f"Hofweg {number}\n10115 Berlin"
                person = client.ClientDetails(f"Client {number}", country="DE", address=address)
                client_id = client.add_client(session, self.entity, person, author=WHO)
                account = client.NewAccount("EUR", self.today - 400 * DAY, number=f"{self.tag}-A{number}")
                self.accounts.append(client.open_account(session, client_id, account, author=WHO))

    @property
    def iban(self) -> str:
        """The company's own account at its bank."""
        account = f"37040044{int(self.tag[1:]):010}"
        return f"DE{98 - int(account + '131400') % 97:02}{account}"

    def site_in(self, zone: str) -> sites_and_meters.SiteDetails:
        """The site, in a zone."""
        return sites_and_meters.SiteDetails("Hof", timezone=zone, currency="EUR")

    def tariffs_of(self, point: int) -> list[str]:
        """The tariffs that fit a place."""
        counters = set(COUNTERS[self.kinds[point]])
        return [code for code in self.tariffs if self.life.prices[code][0].units.keys() <= counters]

    def is_there(self, meter: str, at: datetime) -> bool:
        """Whether a meter can be read at a moment, as far as it hung elsewhere than was noted."""
        return not any(name == meter and first < at <= last for name, first, last in self.absent)

    def publish(self, code: str, day: date, units: dict[str, Decimal], per_day: Decimal) -> None:
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
                *(
                    {"kind": "energy", "label": f"Use {register}", "register": register, "price": str(price)} | netting
                    for register, price in units.items()
                ),
                {"kind": "standing", "label": "Standing", "amount": str(per_day), "per": "day"},
            ],
            "taxes": [{"name": "VAT", "label": "VAT", "category": "S", "rates": taxed}],
        }  # fmt: skip
        with self.door() as session:
            draft = TariffDraft(load_tariff(document), document)
            self.tariffs[code] = publish(session, self.entity, draft, author=WHO, start=day).tariff_id
        kept = [price for price in self.life.prices.get(code, []) if price.day != day]
        self.life.prices[code] = [*kept, Price(day, units, per_day)]

    def contract_id(self, session: Session, stay: Stay) -> int:
        """The product's id of a contract."""
        return int(session.execute(CONTRACT, {"number": stay.number}).scalar_one())

    def reference(self) -> str:
        """One that was never used."""
        self.sequence += 1
        return f"{self.tag}-{self.sequence}"
