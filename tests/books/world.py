"""A small operator for tests: an entity, a site, clients with meters, a tariff, readings; everything has a default."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.store.customers.tables import Account, AccountMode, BankAccount, Client, LegalEntity, Site
from cloud_service.store.database.bulk_rows import copy_rows
from cloud_service.store.database.schema import days_from, instants_from
from cloud_service.store.metering.tables import Contract, Meter, MeterMount, Register, ServicePoint
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment, TariffVersion
from common.period import Span, day_start, intervals_in_day

ZONE = "Europe/Berlin"
START = date(2026, 1, 1)
FLAT: dict[str, Any] = {
    "id": "flat",
    "name": "Flat",
    "currency": "EUR",
    "charges": [
        {"kind": "energy", "label": "Energy", "price": "0.30"},
        {"kind": "standing", "label": "Standing charge", "amount": "10.00", "per": "month"},
    ],
    "taxes": [{"name": "VAT", "label": "VAT 19 %", "category": "S", "percent": "19"}],
}


@dataclass
class World:
    """Ids of what was made; `session` is the caller's."""

    session: Session
    entity: int
    site: int
    tariff: int
    zone: str = ZONE
    contracts: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    registers: list[int] = field(default_factory=list)
    serial: int = 0  # numbers of tenants start behind it

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """The caller's session, for steps that have a transaction a piece."""
        yield self.session

    def tenant(
        self,
        name: str = "",
        *,
        mode: str = "postpaid",
        start: date = START,
        end: date | None = None,
        currency: str = "EUR",
        **settings: Any,
    ) -> int:
        """A client with account, meter and contract; returns the contract."""
        number = self.serial + len(self.contracts) + 1
        client = Client(
            legal_entity_id=self.entity,
            number=f"C{number}",
            name=name or f"Tenant {number}",
            email=f"tenant{number}@example.com",
            country="DE",
            **settings,
        )
        self.session.add(client)
        self.session.flush()
        account = Account(client_id=client.id, number=f"A{number}", currency=currency)
        self.session.add(account)
        self.session.flush()
        self.session.add(AccountMode(account_id=account.id, mode=mode, during=days_from(START)))
        point, register = self.point(number)
        contract = Contract(
            number=f"V{number}", service_point_id=point, account_id=account.id, during=days_from(start, end)
        )
        self.session.add(contract)
        self.session.flush()
        self.session.add(TariffAssignment(contract_id=contract.id, tariff_id=self.tariff, during=days_from(start)))
        self.session.flush()
        self.contracts.append(contract.id)
        self.accounts.append(account.id)
        self.registers.append(register)
        return contract.id

    def point(self, number: int) -> tuple[int, int]:
        """A service point with a meter that has an import register: (point, register)."""
        point = ServicePoint(site_id=self.site, name=f"Flat {number}")
        meter = Meter(maker="test", serial=f"S{number}", name=f"m{number}")
        self.session.add_all([point, meter])
        self.session.flush()
        register = Register(meter_id=meter.id, name="import", unit="kWh", kind="index")
        opened = day_start(START, self.zone)
        self.session.add_all(
            [register, MeterMount(meter_id=meter.id, service_point_id=point.id, during=instants_from(opened))]
        )
        self.session.flush()
        return point.id, register.id

    def readings(self, register: int, span: Span, wh: int = 100) -> None:
        """Validated quarter hours of `wh` each on the days of the span."""
        rows = []
        for day in span:
            count = intervals_in_day(day, self.zone, 900)
            values = np.full(count, wh, dtype="<i8")
            rows.append((register, day, 900, values.tobytes(), bytes(count), int(values.sum())))
        copy_rows(self.session, "interval_day", ("register_id", "day", "step_s", "values", "qualities", "total"), rows)


def build(session: Session, *, tariff: dict[str, Any] | None = None, zone: str = ZONE, tenants: int = 0) -> World:
    """An operator with a site and a tariff."""
    document = tariff or FLAT
    entity = LegalEntity(
        name="Example Energy", address="Hafen 1\n20457 Hamburg", country="DE", currency="EUR", timezone=zone,
        email="bills@example.org",
    )  # fmt: skip
    session.add(entity)
    session.flush()
    session.add(
        BankAccount(legal_entity_id=entity.id, holder="Example Energy", iban="DE02120300000000202051", currency="EUR")
    )
    site = Site(legal_entity_id=entity.id, name="House", timezone=zone, currency="EUR", country="DE")
    row = Tariff(legal_entity_id=entity.id, code=document["id"], name=document["id"], currency=document["currency"])
    session.add_all([site, row])
    session.flush()
    version = load_tariff(document).versions[0]
    session.add(TariffVersion(tariff_id=row.id, during=days_from(START), document=document, hash=version.hash))
    session.flush()
    world = World(session, entity.id, site.id, row.id, zone)
    for _ in range(tenants):
        world.tenant()
    return world


def noon(day: date) -> datetime:
    """A clock's reading on a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def eur(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)
