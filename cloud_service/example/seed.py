"""Writes the example operator into a database: parties, meters, contracts, tariffs. Twice is once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from cloud_service.domain.tariffs.document import canonical
from cloud_service.domain.tariffs.document_file import read_document
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.example.operator import (
    BANK,
    CLIENTS,
    RATES,
    SELLER,
    SITES,
    STEP_S,
    TARIFFS,
    ExampleClient,
    ExampleSite,
    clients_of,
)
from cloud_service.store.customers.tables import Account, AccountMode, BankAccount, Client, LegalEntity, Site
from cloud_service.store.database.schema import days_from, instants_from
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import currency_rates
from cloud_service.store.metering.tables import Contract, Gateway, Meter, MeterMount, Register, ServicePoint
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment, TariffVersion
from common.period import day_start

FOLDER = Path(__file__).parent / "tariffs"
REGISTERS = {"energy_import_total": "import", "energy_export_total": "export"}
SOLAR_EVERY = 3  # every third simulated house feeds in


@dataclass(frozen=True, slots=True)
class SeededIds:
    """What the rest of the example needs to know."""

    legal_entity_id: int
    contracts: dict[str, int]  # client name -> contract id
    clients: dict[str, int]  # client name -> client id
    accounts: dict[str, int]  # client name -> account id


@dataclass(frozen=True, slots=True)
class _SeededSite:
    """A seeded site, and since when its contracts run."""

    entity_id: int
    site_id: int
    site: ExampleSite
    start: date


def add_weekly_rates(session: Session, start: date, today: date) -> None:
    """A rate a week from `start` up to `today`, as an office imports them: a bill takes none that is old."""
    weeks = (today - start).days // 7 + 1
    weekly_rates = [
        (start + timedelta(weeks=week), currency, Decimal(rate))
        for week in range(weeks)
        for currency, rate in RATES.items()
    ]
    currency_rates.add(session, SELLER["currency"], weekly_rates)


def seed(session: Session, start: date, today: date) -> SeededIds:
    """All rows of the example as it is `today`, contracts from `start` on; the caller commits."""
    entity = LegalEntity(**SELLER)
    session.add(entity)
    session.flush()
    session.add(BankAccount(legal_entity_id=entity.id, **BANK))
    add_weekly_rates(session, start, today)
    tariffs = {code: _tariff(session, entity.id, code) for code in TARIFFS}
    contracts: dict[str, int] = {}
    owners: dict[str, int] = {}
    accounts: dict[str, int] = {}
    numbers = iter(range(1, len(CLIENTS) + 1))
    for site in SITES:
        row = Site(
            legal_entity_id=entity.id, name=site.name, address=site.address, country=site.country,
            timezone=site.timezone, currency=site.currency,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(Gateway(name=site.gateway, site_id=row.id, state="active"))
        seeded_site = _SeededSite(entity.id, row.id, site, start)
        for unit, client in enumerate(clients_of(site), start=1):
            owners[client.name], account = _account(session, seeded_site, client, next(numbers))
            accounts[client.name] = account
            contract = _connection(session, seeded_site, unit, account)
            session.add(
                TariffAssignment(contract_id=contract, tariff_id=tariffs[client.tariff], during=days_from(start))
            )
            contracts[client.name] = contract
    session.flush()
    return SeededIds(entity.id, contracts, owners, accounts)


def _tariff(session: Session, entity_id: int, code: str) -> int:
    document: dict[str, Any] = read_document(FOLDER / f"{code}.toml")
    checked = load_tariff(document)
    tariff = Tariff(legal_entity_id=entity_id, code=code, name=checked.name, currency=checked.currency)
    session.add(tariff)
    session.flush()
    version = checked.versions[0]
    session.add(
        TariffVersion(
            tariff_id=tariff.id, during=days_from(version.start), document=_plain(document), hash=version.hash
        )
    )
    return tariff.id


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """The document as JSON can hold it: decimals and dates as text, as the hash sees them."""
    import json

    plain: dict[str, Any] = json.loads(canonical(document))
    return plain


def _account(session: Session, seeded_site: _SeededSite, client: ExampleClient, number: int) -> tuple[int, int]:
    """Client and account of one party."""
    party = Client(
        legal_entity_id=seeded_site.entity_id, number=f"C-{1000 + number}", name=client.name, kind=client.kind,
        email=client.email, address=client.address, country=seeded_site.site.country, locale=client.locale,
        vat_id=client.vat_id,
    )  # fmt: skip
    session.add(party)
    session.flush()
    account = Account(client_id=party.id, number=f"A-{1000 + number}", currency=seeded_site.site.currency)
    session.add(account)
    session.flush()
    session.add(AccountMode(account_id=account.id, mode=client.mode, during=days_from(seeded_site.start)))
    return party.id, account.id


def _connection(session: Session, seeded_site: _SeededSite, unit: int, account_id: int) -> int:
    """Service point, meter with its registers, mount and contract of one client."""
    site, start = seeded_site.site, seeded_site.start
    point = ServicePoint(
        site_id=seeded_site.site_id, name=f"{site.name} {unit}", grid_id=f"{site.country}{site.seed}{unit:06d}"
    )
    serial = str(25_100_000 + site.seed * 1000 + unit)
    meter = Meter(maker="Eastron", serial=serial, name=f"{site.gateway}-{unit:02d}", profile="eastron_sdm630")
    session.add_all((point, meter))
    session.flush()
    for name, direction in REGISTERS.items():
        if direction == "import" or unit % SOLAR_EVERY == 0:
            session.add(
                Register(meter_id=meter.id, name=name, direction=direction, unit="kWh", kind="index", step_s=STEP_S)
            )
    opening: datetime = day_start(start, site.timezone)
    session.add(MeterMount(meter_id=meter.id, service_point_id=point.id, during=instants_from(opening)))
    contract = Contract(
        number=f"V-{site.seed}{unit:04d}", service_point_id=point.id, account_id=account_id, during=days_from(start)
    )
    session.add(contract)
    session.flush()
    return contract.id
