"""The folder of the example beside the data: its sheets, tariffs, readings, bank files and the commands that took them.

The files are shipped with gaps, which are filled in for the day of the first start.
"""

import csv
import io
import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from cloud_service.example import bank_statement, meter_history
from cloud_service.example.bank_statement import ExampleBill
from cloud_service.example.commands import (
    RATES_FILE,
    Command,
    commands_in,
    month_commands,
    operator_commands,
    reading_commands,
    script,
    statement_file,
)
from cloud_service.example.operator import FILES, RATES, SITES, sheet_rows
from cloud_service.example.people import People
from common.period import Span, add_months

SCRIPT, TO_TRY = "build.sh", "bank-statement-to-try.xml"


class ExampleFolder:
    """The files that users open, and that the commands of the example are given."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, start: date, now: datetime, people: People) -> None:
        """All files but those of the bank, as they are at a time."""
        (self.path / "bank").mkdir(parents=True, exist_ok=True)
        shutil.copytree(FILES / "tariffs", self.path / "tariffs", dirs_exist_ok=True)
        meter_history.write_readings(self.path, start, now)
        self.write_flats(start)
        self.write_rates(start, now.date())
        today = now.date()
        commands = [*operator_commands(people), *reading_commands(), *month_commands(start, today)]
        self._keep(SCRIPT, script(commands))
        self._write_readme(today)

    def write_flats(self, start: date) -> None:
        """The sheet: connected since `start`, with the indexes that the files of readings begin with."""
        openings = meter_history.opening_indexes([self.path / meter_history.readings_file(site) for site in SITES])
        rows = sheet_rows()
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            gaps = {"{start}": start.isoformat(), "{opening}": openings.get(row["Meter"], "")}
            writer.writerow({head: gaps.get(cell, cell) for head, cell in row.items()})
        self._keep("flats.csv", text.getvalue())

    def write_rates(self, start: date, today: date) -> None:
        """A rate a week from `start` up to `today`, as an office imports them: a bill takes none that is old."""
        days = [start + timedelta(weeks=week) for week in range((today - start).days // 7 + 1)]
        lines = [f"{day},{currency},{rate}" for day in days for currency, rate in RATES.items()]
        self._keep(RATES_FILE, "\n".join(["day,currency,rate", *lines, ""]))

    def commands(self) -> list[Command]:
        """What `build.sh` lists."""
        return commands_in((self.path / SCRIPT).read_text(encoding="utf-8"))

    def write_statement(self, month: date, bills: Sequence[ExampleBill], today: date) -> None:
        """The bank's file of a month, from the bills that the clients have; one that is there stays."""
        name = statement_file(month)
        if not (self.path / name).exists():
            transfers = bank_statement.transfers_of(bills, Span(month, add_months(month, 1)), today)
            self._keep(name, bank_statement.statement(transfers, f"EX-{month:%Y-%m}").decode())

    def write_statement_to_try(self, today: date, bills: Sequence[ExampleBill], drafts: Sequence[ExampleBill]) -> None:
        """A bank's file that nobody has booked: it pays some of what is open, and of the last month."""
        transfers = bank_statement.transfers_to_try(bills, drafts, today)
        self._keep(TO_TRY, bank_statement.statement(transfers, f"EX-{today}").decode())
        self._keep(TO_TRY.replace(".xml", ".csv"), bank_statement.statement_table(transfers))

    def _write_readme(self, today: date) -> None:
        month = add_months(today.replace(day=1), -1)
        text = (FILES / "README.md").read_text(encoding="utf-8")
        gaps = {"{month}": f"{month:%B %Y}", "{this_month}": f"{today:%B %Y}", "{to_try}": TO_TRY}
        for gap, content in gaps.items():
            text = text.replace(gap, content)
        self._keep("README.md", text)

    def _keep(self, name: str, text: str) -> None:
        """Whole or not at all."""
        unfinished = self.path / f"{name}.part"
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(self.path / name)
