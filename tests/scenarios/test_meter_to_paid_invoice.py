"""From meters to paid invoices through the real processes, each of which is killed once on the way."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from pypdf import PdfReader

from cloud_service.cli.installation.own_commands import OwnCommands
from cloud_service.example import gateways, people
from cloud_service.example.commands import operator_commands
from cloud_service.example.example_folder import ExampleFolder
from cloud_service.example.operator import SITES, flats_of
from cloud_service.local import stack as local
from cloud_service.local.broker import listening
from cloud_service.local.supervisor import Service
from cloud_service.store.database.upgrade import upgrade
from common.period import add_months, day_start
from edge_agent.config import load
from tests.scenarios.house import Browser, Watched, energy_cloud, until
from tests.scenarios.site_offline import Served, offline

pytestmark = [pytest.mark.processes, pytest.mark.database, pytest.mark.slow]
SITE = SITES[1]  # Europe/Berlin, three meters, one of which feeds in
BERLIN = ZoneInfo(SITE.timezone)
HIGH, LOW, DAILY, VAT = Decimal("0.3125"), Decimal("0.2648"), Decimal("0.27397"), Decimal("0.19")
CENT = Decimal("0.01")
DAYS = 7


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def is_high(at: datetime) -> bool:
    local_time = at.astimezone(BERLIN)
    return local_time.weekday() < 5 and 6 <= local_time.hour < 22


def expected_total(served: list[Served], meter: str) -> tuple[Decimal, Decimal]:
    """kWh and the bill's total, by arithmetic that shares nothing with the product."""
    rows = sorted(reading for reading in served if reading.meter == meter and reading.register == "energy_import_total")
    high = low = 0
    for before, after in pairwise(rows):
        if is_high(before.at):
            high += after.value - before.value
        else:
            low += after.value - before.value
    net = cents(Decimal(high) / 1000 * HIGH) + cents(Decimal(low) / 1000 * LOW) + cents(DAYS * DAILY)
    return Decimal(high + low) / 1000, net + cents(net * VAT)


def stored(url: str, end: datetime) -> list[Served]:
    """What the cloud's table says of the billed registers, from the first instant to the last."""
    query = """SELECT m.name, g.name, r.at, r.value FROM reading r JOIN register g ON g.id = r.register_id
               JOIN meter m ON m.id = g.meter_id WHERE r.at <= %s ORDER BY 1, 2, 3"""
    with psycopg.connect(url) as connection:
        return [
            Served(meter, name, at.astimezone(UTC), value)
            for meter, name, at, value in connection.execute(query, (end,))
        ]


class House:
    """The whole installation of the test."""

    def __init__(self, folder: Path, watched: Watched) -> None:
        self.end = datetime.now(UTC).date().replace(day=1)
        self.start = self.end - timedelta(days=DAYS)
        self.watched = watched
        self.stack = local.describe(folder, demo=True, environ={})
        self.served: list[Served] = []

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.stack.environment)

    def prepare(self) -> None:
        """Database with the example operator; a gateway that was offline for the whole week to be billed."""
        self.stack = local.start_database(self.stack, self.watched.supervisor)
        upgrade(self.environment["DATABASE_URL"])
        local.remember(self.stack, "energy-cloud demo")
        signs = people.sign_ins(self.stack.data_dir / "secrets" / "sign-in.json")
        staff = people.people_to_add(signs, self.stack.data_dir / "secrets" / "sign-in")
        folder = ExampleFolder(self.stack.data_dir / "example")
        folder.write(self.start, datetime.now(UTC), staff)
        run = OwnCommands(self.stack.data_dir, folder.path)
        for command in operator_commands(staff):
            run(command)
        self.admin = next(person for person in signs if person.role == "admin")
        self.password = self.stack.gateway_passwords.folder / SITE.gateway
        self.site_file = gateways.write_site_file(
            SITE, self.stack.data_dir / "gateways", broker=f"127.0.0.1:{self.stack.ports['mqtt']}",
            password_file=self.password, meter_port=self.stack.ports["meters_2"], interval_s=5,
        )  # fmt: skip
        self.served = offline(
            load(self.site_file), port=self.stack.ports["meters_2"], seed=SITE.seed,
            start=day_start(self.start, SITE.timezone), end=day_start(self.end, SITE.timezone),
        )  # fmt: skip

    def open(self) -> None:
        """Start all processes; from now on what is killed comes back."""
        supervisor, port = self.watched.supervisor, self.stack.ports["meters_2"]
        local.start_broker(self.stack, supervisor)
        local.start_simulated(self.stack, supervisor)
        local.start_cloud(self.stack, supervisor)
        supervisor.start(Service("meters", gateways.meters_command(SITE, port)))
        supervisor.start(Service("agent", gateways.agent_command(self.site_file)))
        self.watched.watch()

    def count(self) -> int:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT count(*) FROM reading").fetchone()
        return int(row[0]) if row else 0

    def validated(self) -> bool:
        """Validate what no worker is at; true once nothing waits."""
        energy_cloud(self.environment, "readings", "validate")
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return not connection.execute("SELECT 1 FROM dirty_day WHERE day < %s LIMIT 1", (self.end,)).fetchone()

    def bills_mailed(self) -> list[Any]:
        """Letters with a bill in them (others warn the prepaid client)."""
        folder = self.stack.data_dir / "mails"
        letters = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*.eml")]
        return [letter for letter in letters if any(letter.iter_attachments())]


@pytest.fixture
def house() -> Iterator[House]:
    # not tmp_path: pytest makes that private again whenever it starts, and PostgreSQL runs as a user of its own
    with tempfile.TemporaryDirectory(prefix="energy-house-", ignore_cleanup_errors=True) as folder, \
            Watched(Path(folder) / "logs") as watched:  # fmt: skip
        house = House(Path(folder) / "data", watched)
        house.prepare()
        house.open()
        yield house


def test_a_week_offline_becomes_paid_invoices_though_every_process_is_killed_on_the_way(house: House) -> None:
    until(lambda: house.count() > 0, "the first readings arrive")
    for victim in ("agent", "broker", "subscriber"):
        house.watched.kill(victim)
    until(lambda: house.count() >= len(house.served), "the backlog arrives", 120)
    end = day_start(house.end, SITE.timezone)

    assert sorted(house.served) == until(
        lambda: (
            readings if len(readings := stored(house.environment["DATABASE_URL"], end)) >= len(house.served) else None
        ),
        "the last readings of the week arrive",
    )

    bills = bill_the_week(house)
    pay_all(house, bills)
    check_console(house, bills)


def bill_the_week(house: House) -> dict[str, dict[str, Any]]:
    """Validate, bill through the worker, and compare each bill with the oracle; returns them by tenant."""
    until(house.validated, "no day waits for validation")
    month = add_months(house.end, -1)
    numbers = {row["tenant"]: row["number"] for row in energy_cloud(house.environment, "contract", "list")}
    contracts = [numbers[flat.client] for flat in flats_of(SITE)]
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    run = energy_cloud(house.environment, "bill", "run", "--month", f"{month:%Y-%m}", *chosen)
    house.watched.kill("worker")

    assert ([], len(contracts)) == (run["parked"], run["issued"])

    bills = {}
    for row in listed(house):
        bills[row["tenant"]] = energy_cloud(house.environment, "bill", "show", row["number"])
    for flat in flats_of(SITE):
        kwh, total = expected_total(house.served, flat.meter)
        assert (flat.client, total) == (flat.client, Decimal(bills[flat.client]["total"]))
        assert kwh == sum(Decimal(line["quantity"]) for line in bills[flat.client]["lines"] if line["unit"] == "kWh")
    assert numbers_without_gap([bill["number"] for bill in bills.values()])
    return bills


def listed(house: House) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = energy_cloud(house.environment, "bill", "list")
    return rows


def numbers_without_gap(numbers: list[str]) -> bool:
    tails = sorted(int(number.rsplit("-", 1)[-1][-5:]) for number in numbers)
    return tails == list(range(1, len(tails) + 1))


def pay_all(house: House, bills: dict[str, dict[str, Any]]) -> None:
    """Each client finds the bill in the mail, follows its link and pays; the web is killed in the middle of it."""
    until(lambda: len(house.bills_mailed()) >= len(bills), "the bills are mailed", 90)
    for letter in house.bills_mailed():
        attachment = next(letter.iter_attachments())
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(attachment.get_content())).pages)
        bill = next(bill for bill in bills.values() if bill["number"] in text)
        assert f"{house.stack.public_url}/pay/{bill['public_id']}" in letter.get_body(("plain",)).get_content()
        browser = Browser(house.stack.public_url)
        until(lambda: listening(house.stack.ports["web"]), "the web answers")
        browser.get(f"/pay/{bill['public_id']}/go")
        if bill is next(iter(bills.values())):
            house.watched.kill("web")
        browser.post(browser.url, answer="pay")
    until(lambda: {"paid"} == {row["state"] for row in listed(house)}, "all bills are paid", 90)


def check_console(house: House, bills: dict[str, dict[str, Any]]) -> None:
    """The dashboard shows nothing outstanding and the money received."""
    page = Browser(house.stack.public_url).sign_in(house.admin.email, house.admin.password)
    received = sum(Decimal(bill["total"]) for bill in bills.values()) * Decimal("151.20")

    assert f"{cents(received):,.2f}" in page
    for word in ("TOTAL OUTSTANDING", "RECEIVED AMOUNT (in Local Currency)", "OUTSTANDING (Local Currency)",
                 "ENERGY kWh", "ACTIVE CONNECTIONS", "TIME AND DATE"):  # fmt: skip
        assert word in page


def test_the_oracle_tells_high_from_low_by_the_wall_clock() -> None:
    monday = date(2026, 10, 26)

    assert not is_high(datetime(2026, 10, 26, 4, 45, tzinfo=UTC))
    assert is_high(datetime(2026, 10, 26, 5, 0, tzinfo=UTC))
    assert monday.weekday() == 0
