"""A year of the example: the past of its meters imported, each month billed by the real steps, paid as people pay."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cloud_service.domain.money import round_money
from cloud_service.example.operator import CLIENTS, SITES, ExampleClient, meters_of
from cloud_service.flow import collect, issue, rate
from cloud_service.store.invoices import Issued
from cloud_service.store.session import Session
from common.period import Span, add_months, months

AUTHOR = "example"
TOP_UP = Decimal(6000)


def first_day(today: date) -> date:
    """Where the example's year begins: twelve whole months before this one."""
    return add_months(today.replace(day=1), -12)


def write_past(folder: Path, start: date, now: datetime) -> list[Path]:
    """One meter data file a site with quarter-hour indexes from a day before `start` up to now."""
    files = []
    since = datetime(start.year, start.month, start.day, tzinfo=UTC) - timedelta(days=1)
    for site in SITES:
        names = [part for meter in meters_of(site) for part in ("--meter", meter)]
        days = ["--from", since.isoformat(), "--until", now.isoformat(), "--seed", str(site.seed)]
        path = folder / f"{site.gateway}.csv"
        with path.open("wb") as file:
            command = [sys.executable, "-m", "edge_agent.drivers.simulated_history", *names, *days]
            subprocess.run(command, stdout=file, check=True)  # noqa: S603 - our own module
        files.append(path)
    return files


def months_to_bill(start: date, today: date) -> list[Span]:
    """The whole months from the start up to the one before this."""
    return list(months(Span(start, today.replace(day=1))))


def bill_month(session: Session, contracts: Sequence[int], span: Span, *, deliver: bool) -> list[Issued]:
    """The bills of one month, dated on the first day after it; anything that cannot be rated stops the example."""
    outcomes = rate.rate_contracts(session, contracts, span)
    refused = [outcome.reason for outcome in outcomes if outcome.rated is None]
    if refused:
        msg = f"the example cannot be rated: {refused[0]}"
        raise RuntimeError(msg)
    rated = [outcome.rated for outcome in outcomes if outcome.rated is not None]
    return issue.issue(session, rated, bill_date=span.end, author=AUTHOR, deliver=deliver)


def pay_month(session: Session, issued: Sequence[Issued], today: date) -> None:
    """Each client pays the month's bill the way that client does; nothing is dated in the future."""
    habits = {client.name: client for client in CLIENTS}
    for bill in issued:
        client = habits[bill.draft.party.buyer["name"]]
        for number, (day, amount) in enumerate(_payments(client, bill)):
            if day <= today and amount > 0:
                reference = f"{bill.number}-{number}"
                collect.pay(
                    session, bill.account_id, amount, provider="bank", reference=reference, day=day, author=AUTHOR
                )


def _payments(client: ExampleClient, bill: Issued) -> Iterator[tuple[date, Decimal]]:
    total, bill_date = bill.draft.total, bill.draft.bill_date
    if client.pays == "at once":
        yield bill_date + timedelta(days=5), total
    elif client.pays == "late":
        yield bill_date + timedelta(days=33), total
    elif client.pays == "in part":
        yield bill_date + timedelta(days=9), round_money(total / 2, bill.draft.party.currency)
        yield bill_date + timedelta(days=70), total - round_money(total / 2, bill.draft.party.currency)
    elif bill_date.month < 8 or bill_date.month > 11:  # noqa: PLR2004 - "not since August"
        yield bill_date + timedelta(days=12), total
