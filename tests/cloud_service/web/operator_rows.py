"""A small operator with known numbers, so that every sum on a page can be said beforehand.

Entity Kilo (KES, Nairobi): Amina (postpaid A-1), Bakery (prepaid A-2, in EUR). Entity Zeta (EUR, Berlin): Zoe (Z-1).
Bills: INV-1 KES 100 overdue; INV-2 KES 50 with 20 paid, open; INV-3 EUR 10 (1,500 KES) paid; ZET-1 EUR 70 of Zoe, open.
"""

import struct
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.receivables.ledger import LedgerEntry, invoice_lines
from cloud_service.flow import collect
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.customers.tables import Account, AccountMode, BankAccount, Client, LegalEntity, Site
from cloud_service.store.delivery import outgoing
from cloud_service.store.delivery.tables import AccountStatement
from cloud_service.store.identity import users
from cloud_service.store.invoicing.tables import CurrencyRate, Invoice, InvoiceLine, InvoiceSpan
from cloud_service.store.metering.tables import (
    Contract,
    Gateway,
    IntervalDay,
    Meter,
    MeterMount,
    Register,
    ServicePoint,
)
from cloud_service.store.receivables.ledger import book
from cloud_service.store.receivables.payment_tables import Payment
from cloud_service.store.tariffs.tables import Tariff, TariffAssignment, TariffVersion
from common.period import intervals_in_day

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PASSWORD = "four quiet words here"
OPEN = Range(date(2025, 1, 1), None)


@dataclass
class Operator:
    """The public ids that addresses need, by name."""

    ids: dict[str, Any] = field(default_factory=dict)


def money(text: str) -> Decimal:
    return Decimal(text)


def build(session: Session) -> Operator:
    """All of it; the caller commits."""
    operator = Operator()
    kilo = _entity(session, "Kilo Ltd", "KES", "Africa/Nairobi")
    zeta = _entity(session, "Zeta GmbH", "EUR", "Europe/Berlin")
    session.add(CurrencyRate(base="KES", currency="EUR", day=date(2026, 1, 1), rate=money("150")))
    session.flush()
    bank_account = _bank_account(session, kilo)
    amina = _client(session, operator, kilo, "C-1", "Amina Wanjiku", "A-1", "KES", "postpaid")
    bakery = _client(session, operator, kilo, "C-2", "Bakery & Söhne", "A-2", "EUR", "prepaid")
    zoe = _client(session, operator, zeta, "C-3", "Zoe Zorn", "Z-1", "EUR", "postpaid")
    lake_house = _connection(session, operator, kilo, "Lake House", "Africa/Nairobi", "K-1", "M-1", amina)
    lake_shop = _connection(session, operator, kilo, "Lake Shop", "Africa/Nairobi", "K-2", "M-2", bakery)
    hof = _connection(session, operator, zeta, "Hof", "Europe/Berlin", "K-3", "M-3", zoe)
    _bill(session, operator, "INV-1", kilo, amina, lake_house, "100.00", date(2026, 10, 1), energy=1_000_000)
    _bill(session, operator, "INV-2", kilo, amina, lake_house, "50.00", date(2026, 11, 10), energy=500_250)
    _bill(session, operator, "INV-3", kilo, bakery, lake_shop, "10.00", date(2026, 11, 12), energy=80_000, rate="150")
    _bill(session, operator, "ZET-1", zeta, zoe, hof, "70.00", date(2026, 11, 12), energy=200_000)
    collect.pay(
        session,
        amina.id,
        money("20.00"),
        provider="bank",
        reference="R-1",
        day=date(2026, 11, 15),
        author="test",
        to={"INV-2": money("20.00")},
    )
    collect.pay(
        session, bakery.id, money("10.00"), provider="cash", reference="R-2", day=date(2026, 11, 15), author="test"
    )
    operator.ids |= {
        "R-1": session.scalars(select(Payment.public_id).where(Payment.provider_ref == "R-1")).one(),
        "site": session.scalars(select(Site.public_id).where(Site.name == "Lake House")).one(),
        "entity": kilo.public_id,
        "account": bank_account,
        "statement": _statement(session, amina),
    }
    _people(session, kilo, operator)
    return operator


def _statement(session: Session, account: Account) -> UUID:
    """A statement of September that waits to be printed."""
    document = outgoing.keep_document(session, "statement_pdf", "statement.pdf", "application/pdf", b"%PDF-")
    row = AccountStatement(
        account_id=account.id, first_day=date(2026, 9, 1), last_day=date(2026, 9, 30), document_id=document
    )
    session.add(row)
    session.flush()
    return row.public_id


def _bank_account(session: Session, entity: LegalEntity) -> UUID:
    account = BankAccount(
        legal_entity_id=entity.id, holder=entity.name, scheme="ke_paybill", bank_code="247247", currency="KES",
        is_default=True,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account.public_id


def _entity(session: Session, name: str, currency: str, zone: str) -> LegalEntity:
    entity = LegalEntity(
        name=name,
        address="Moi Avenue 1\n00100 Nairobi",
        currency=currency,
        timezone=zone,
        email=f"office@{name.split(maxsplit=1)[0].lower()}.example",
    )
    session.add(entity)
    session.flush()
    return entity


def _client(  # noqa: PLR0917 - a row of the table above
    session: Session,
    operator: Operator,
    entity: LegalEntity,
    number: str,
    name: str,
    account: str,
    currency: str,
    mode: str,
) -> Account:
    client = Client(legal_entity_id=entity.id, number=number, name=name, email=f"{number.lower()}@example.com")
    session.add(client)
    session.flush()
    row = Account(client_id=client.id, number=account, currency=currency)
    session.add(row)
    session.flush()
    session.add(AccountMode(account_id=row.id, mode=mode, during=OPEN))
    session.flush()
    session.refresh(client)
    session.refresh(row)
    operator.ids |= {
        name.split(maxsplit=1)[0]: client.public_id,
        account: row.public_id,
        f"client {name.split(maxsplit=1)[0]}": client.id,
    }
    return row


def _connection(  # noqa: PLR0917 - a row of the table above
    session: Session,
    operator: Operator,
    entity: LegalEntity,
    place: str,
    zone: str,
    number: str,
    serial: str,
    account: Account,
) -> Contract:
    site = Site(legal_entity_id=entity.id, name=place, timezone=zone, currency=account.currency)
    meter = Meter(serial=serial, name=f"meter-{serial}", maker="Test")
    session.add_all([site, meter])
    session.flush()
    gateway = Gateway(name=f"gw-{number}", site_id=site.id, state="active", last_seen_at=NOW - timedelta(seconds=12))
    point = ServicePoint(site_id=site.id, name=f"{place} 1")
    tariff = Tariff(legal_entity_id=entity.id, code=f"T-{number}", name=f"Tariff {number}", currency=account.currency)
    register = Register(meter_id=meter.id, name="import", unit="kWh")
    session.add_all([gateway, point, tariff, register])
    session.flush()
    since = Range(datetime(2025, 1, 1, tzinfo=UTC), None)
    contract = Contract(number=number, service_point_id=point.id, account_id=account.id, during=OPEN)
    session.add_all(
        [
            MeterMount(meter_id=meter.id, service_point_id=point.id, during=since),
            TariffVersion(tariff_id=tariff.id, during=OPEN, document={"name": f"Tariff {number}"}, hash="ab" * 32),
            contract,
        ]
    )
    session.flush()
    session.add(TariffAssignment(contract_id=contract.id, tariff_id=tariff.id, during=OPEN))
    for back in range(1, 4):
        day = TODAY - timedelta(days=back)
        count = intervals_in_day(day, zone, 900)
        session.add(
            IntervalDay(
                register_id=register.id,
                day=day,
                step_s=900,
                values=struct.pack(f"<{count}q", *([250] * count)),
                qualities=bytes(count),
                total=250 * count,
            )
        )
    session.flush()
    for row in (contract, meter, gateway, tariff, point):
        session.refresh(row)
    operator.ids |= {
        number: contract.public_id,
        serial: meter.public_id,
        point.name: point.public_id,
        f"gw-{number}": gateway.public_id,
        f"T-{number}": tariff.public_id,
    }
    return contract


def _bill(  # noqa: PLR0917 - a row of the table above
    session: Session,
    operator: Operator,
    number: str,
    entity: LegalEntity,
    account: Account,
    contract: Contract,
    total: str,
    bill_date: date,
    *,
    energy: int,
    rate: str = "1",
) -> Invoice:
    party = parties(session, [account.id], bill_date)[account.id]
    days = Range(bill_date - timedelta(days=9), bill_date)
    bill = Invoice(
        legal_entity_id=entity.id,
        number=number,
        account_id=account.id,
        bill_date=bill_date,
        due_date=bill_date + timedelta(days=14),
        during=days,
        currency=account.currency,
        net=money(total),
        tax=money("0"),
        total=money(total),
        local_currency=entity.currency,
        local_rate=money(rate),
        energy=energy,
        seller=to_json(party.seller),
        buyer=to_json(party.buyer),
        basis={},
        hash=b"x" * 32,
        issued_by="test",
    )
    session.add(bill)
    session.flush()
    session.add_all(
        [
            InvoiceLine(
                invoice_id=bill.id,
                position=1,
                contract_id=contract.id,
                charge="energy",
                label="Energy, day",
                quantity=Decimal(energy) / 1000,
                unit="kWh",
                price=money(total) / (Decimal(energy) / 1000),
                amount_unrounded=money(total),
                amount=money(total),
                during=days,
                explanation={"why": "all energy at the day price", "path": "charges/0"},
            ),
            InvoiceSpan(invoice_id=bill.id, contract_id=contract.id, during=days),
        ]
    )
    lines = invoice_lines(account.id, bill.id, money(total), money("0"))
    book(session, [LedgerEntry(entity.id, "invoice", f"invoice:{bill.id}", bill_date, account.currency, lines)])
    session.refresh(bill)
    operator.ids[number] = bill.public_id
    return bill


def _people(session: Session, kilo: LegalEntity, operator: Operator) -> None:
    for role in ("admin", "billing", "support", "auditor"):
        users.add_user(
            session,
            email=f"{role}@kilo.example",
            name=role.capitalize(),
            role=role,
            password=PASSWORD,
            entity_id=kilo.id,
            actor="test",
        )
    users.add_user(session, email="root@example.com", name="Root", role="admin", password=PASSWORD, actor="test")
    for name in ("Amina", "Zoe"):
        users.add_user(
            session,
            email=f"{name.lower()}@example.com",
            name=name,
            role="client",
            password=PASSWORD,
            client_id=operator.ids[f"client {name}"],
            actor="test",
        )
