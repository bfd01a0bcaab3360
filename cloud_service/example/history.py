"""A year of the example: the past of its meters imported, each month billed by the real steps, paid as people pay."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cloud_service.domain.metering.meterdata import MeterDataFile
from cloud_service.domain.money import round_money
from cloud_service.example.operator import CLIENTS, SITES, STEP_S, ExampleClient, meters_of
from cloud_service.example.seed import SeededIds
from cloud_service.flow import collect, issue, rate
from cloud_service.flow.metering import import_meter_data
from cloud_service.store.database.session import Engine, Session
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.errors import InputError
from common.period import Span, add_months, months

AUTHOR = "example"
TOP_UP = Decimal(9000)


def first_day(today: date) -> date:
    """Where the example's year begins: twelve whole months before this one."""
    return add_months(today.replace(day=1), -12)


def write_history_files(folder: Path, start: date, now: datetime) -> list[Path]:
    """One meter data file a site with half-hour indexes from a day before `start` up to now."""
    since = datetime(start.year, start.month, start.day, tzinfo=UTC) - timedelta(days=1)
    running = []
    for site in SITES:
        names = [argument for meter in meters_of(site) for argument in ("--meter", meter)]
        days = ["--from", since.isoformat(), "--until", now.isoformat(), "--step", str(STEP_S)]
        path = folder / f"{site.gateway}.csv"
        command = [
            sys.executable,
            "-m",
            "edge_agent.drivers.simulation.history",
            *names,
            *days,
            "--seed",
            str(site.seed),
        ]
        with path.open("wb") as file:
            running.append((path, subprocess.Popen(command, stdout=file)))  # noqa: S603 - our own module
    for path, process in running:
        if process.wait():
            raise InputError(f"the past of the meters could not be written, code {process.returncode}", path=str(path))
    return [path for path, _ in running]


def months_to_bill(start: date, today: date) -> list[Span]:
    """The whole months from the start up to the one before this."""
    return list(months(Span(start, today.replace(day=1))))


def bill_and_pay_month(session: Session, seeded: SeededIds, span: Span, *, today: date, deliver: bool) -> None:
    """One month: prepaid clients top up, all are billed on the first day after it, and pay in their way."""
    for client in CLIENTS:
        if client.mode == "prepaid":
            _pay(
                session,
                seeded.accounts[client.name],
                TOP_UP,
                reference=f"top-up-{span.start}",
                day=span.start,
                kind="top_up",
            )
    issued = bill_month(session, sorted(seeded.contracts.values()), span, deliver=deliver)
    pay_month(session, issued, today)


def bill_month(session: Session, contracts: Sequence[int], span: Span, *, deliver: bool) -> list[WrittenInvoice]:
    """The bills of one month; a contract that cannot be rated stops the example, since its data are made to fit."""
    outcomes = rate.rate_contracts(session, contracts, span)
    refused = [outcome.reason for outcome in outcomes if outcome.rated is None]
    if refused:
        raise InputError(f"the example cannot be rated: {refused[0]}", path=str(span.start))
    rated = [outcome.rated for outcome in outcomes if outcome.rated is not None]
    return issue.issue(session, rated, bill_date=span.end, author=AUTHOR, deliver=deliver)


def pay_month(session: Session, issued: Sequence[WrittenInvoice], today: date) -> None:
    """Each client pays the month's bill the way that client does; nothing is dated in the future."""
    habits = {client.name: client for client in CLIENTS}
    for bill in issued:
        client = habits[bill.draft.account.buyer.name]
        for number, (day, amount) in enumerate(_payments(client, bill)):
            if day <= today and amount > 0:
                _pay(session, bill.account_id, amount, reference=f"{bill.number}-{number}", day=day)


def _pay(
    session: Session, account_id: int, amount: Decimal, *, reference: str, day: date, kind: str = "payment"
) -> None:
    collect.pay(session, account_id, amount, provider="bank", reference=reference, day=day, author=AUTHOR, kind=kind)


def _payments(client: ExampleClient, bill: WrittenInvoice) -> Iterator[tuple[date, Decimal]]:
    total, bill_date = bill.draft.total, bill.draft.bill_date
    if client.mode == "prepaid":
        return
    if client.pays == "at once":
        yield bill_date + timedelta(days=5), total
    elif client.pays == "late":
        yield bill_date + timedelta(days=33), total
    elif client.pays == "in part":
        yield bill_date + timedelta(days=9), round_money(total / 2, bill.draft.account.currency)
        yield bill_date + timedelta(days=70), total - round_money(total / 2, bill.draft.account.currency)
    elif bill_date.month < 8 or bill_date.month > 11:  # noqa: PLR2004 - "not since August"
        yield bill_date + timedelta(days=12), total


def import_readings(engine: Engine, path: Path) -> int:
    """Import a meter data file as a head-end's; how many readings were new."""
    source = MeterDataFile(path.name, "csv", lambda: path.open("rb"))
    return import_meter_data.import_file(engine, source, import_meter_data.ImportRequest(author=AUTHOR)).stored
