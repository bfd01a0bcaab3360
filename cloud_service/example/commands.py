"""The commands that make the example's operator, in their order: `build.sh` in its folder lists the very same."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from cloud_service.example.meter_history import readings_file
from cloud_service.example.operator import (
    BANK_ACCOUNTS,
    COMPANY,
    COMPANY_OPTIONS,
    LOCAL_CURRENCY,
    SITES,
    flats,
    tariff_files,
)
from cloud_service.example.people import People
from common.period import Span, add_months, months

Command = tuple[str, ...]  # what stands behind `energy-cloud`
RATES_FILE = "currency-rates.csv"
TOP_UP = "9000"
HEAD = """\
#!/bin/sh
# What made this operator, command by command. It can be made again in an installation of your own.
set -e
cd "$(dirname "$0")"
"""


def rates_command() -> Command:
    """Imports the currency rates; what is known already stays."""
    return ("ledger", "rates", RATES_FILE, "--base", LOCAL_CURRENCY)


def operator_commands(people: People) -> Iterator[Command]:
    """Company, bank accounts, rates, tariffs, flats with their clients, gateways, people."""
    yield ("entity", "add", COMPANY, *_options(COMPANY_OPTIONS))
    for currency, numbers in BANK_ACCOUNTS.items():
        yield ("entity", "bank", "--holder", COMPANY, "--currency", currency, *_options(numbers))
    yield rates_command()
    for file in tariff_files():
        yield ("tariff", "add", f"tariffs/{file}")
    yield ("import", "flats.csv", "--decimal", ".")
    for site in SITES:
        yield ("gateway", "add", site.gateway, "--site", site.name)
    for person in people:
        whose = ("--client", person.client) if person.client else ()
        names = ("--name", person.name, "--role", person.role)
        yield ("user", "add", person.email, *names, *whose, "--password-file", str(person.password_file))


def reading_commands() -> Iterator[Command]:
    """The past of the meters."""
    for site in SITES:
        yield ("readings", "import", readings_file(site), "--format", "csv")
    yield ("readings", "validate")


def month_commands(start: date, today: date) -> Iterator[Command]:
    """Top-ups, bills, bank files of all whole months; the last of them is left to be billed."""
    this_month = today.replace(day=1)
    for month in months(Span(start, this_month)):
        yield from _top_ups(month)
        if month.end == this_month:
            break
        is_newest = add_months(month.end, 1) == this_month
        mail = () if is_newest else ("--no-mail",)
        yield ("bill", "run", "--month", f"{month.start:%Y-%m}", "--bill-date", month.end.isoformat(), *mail)
        yield ("payments", "import", statement_file(month.end))
    yield ("account", "send-statement", "A-1002", "--from", start.isoformat(), "--until", _before(this_month))


def statement_file(month: date) -> str:
    """The name of the bank's file of a month."""
    return f"bank/{month:%Y-%m}.xml"


def month_of_statement(command: Command) -> date | None:
    """The month whose bank file a command books; None for other commands."""
    if command[:2] != ("payments", "import"):
        return None
    return date.fromisoformat(f"{Path(command[2]).stem}-01")


def script(commands: Sequence[Command]) -> str:
    """The commands as a script for a shell."""
    return HEAD + "".join(f"energy-cloud {shlex.join(command)}\n" for command in commands)


def commands_in(text: str) -> list[Command]:
    """The commands of a script."""
    return [tuple(shlex.split(line)[1:]) for line in text.splitlines() if line.startswith("energy-cloud ")]


def _top_ups(month: Span) -> Iterator[Command]:
    for flat in flats():
        if flat.mode == "prepaid":
            reference = f"top-up-{flat.account}-{month.start}"
            how = ("--kind", "top_up", "--by", "bank", "--reference", reference, "--day", month.start.isoformat())
            yield ("account", "pay", flat.account, TOP_UP, *how)


def _options(options: dict[str, str]) -> tuple[str, ...]:
    return tuple(word for option in options.items() for word in option)


def _before(day: date) -> str:
    return (day - timedelta(days=1)).isoformat()
