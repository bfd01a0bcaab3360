"""Who is in the example: one operator, two sites in different zones, eight connections, three tariffs. Data only.

The flats with their clients are a sheet, `files/flats.csv`, as `energy-cloud import` takes it.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILES = Path(__file__).parent / "files"
COMPANY, LOCAL_CURRENCY = "Kilowatt Utilities Ltd", "KES"
COMPANY_OPTIONS = {
    "--currency": LOCAL_CURRENCY,
    "--timezone": "Africa/Nairobi",
    "--street": "Ngong Road 41",
    "--postcode": "00100",
    "--city": "Nairobi",
    "--country": "KE",
    "--vat-id": "P051234567K",
    "--email": "service@kilowatt.example",
    "--phone": "+254 20 555 0100",
    "--website": "https://kilowatt.example",
    "--locale": "en",
}
BANK_ACCOUNTS = {  # by currency
    "EUR": {"--iban": "DE02120300000000202051", "--bic": "BYLADEM1001"},
    "KES": {"--bank-code": "01", "--branch-code": "094", "--account": "1134567890", "--bank-name": "Uhuru Bank"},
}
RATES = {"EUR": "151.20"}  # one unit in local currency
STEP_S = 1800  # between two readings of the past


@dataclass(frozen=True, slots=True)
class ExampleSite:
    """A property with its gateway; `seed` is the seed of its simulated meters."""

    name: str
    timezone: str
    gateway: str
    seed: int


@dataclass(frozen=True, slots=True)
class ExampleFlat:
    """A row of the sheet: a connection with its client and meter."""

    site: str
    meter: str
    client: str
    account: str
    mode: str
    tariff: str


SITES = (
    ExampleSite("Riverside Estate", "Africa/Nairobi", "gw-riverside", 11),
    ExampleSite("Hafenhof", "Europe/Berlin", "gw-hafenhof", 12),
)
HABITS = {  # account -> how it pays; at once unless named
    "A-1002": "late",
    "A-1003": "in part",
    "A-1005": "not for three months",
    "A-1007": "late",
    "A-1008": "in part",
}
COLUMNS = {  # of an ExampleFlat -> their heads in the sheet
    "site": "Site", "meter": "Meter", "client": "Client", "account": "Account", "mode": "Mode", "tariff": "Tariff",
}  # fmt: skip


@lru_cache
def sheet_rows() -> tuple[dict[str, str], ...]:
    """The sheet as it is shipped, by its heads; what depends on the day of the start is a gap: `{start}`."""
    with (FILES / "flats.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


def flats() -> list[ExampleFlat]:
    """The rows of the sheet, in its order."""
    return [ExampleFlat(**{name: row[head] for name, head in COLUMNS.items()}) for row in sheet_rows()]


def flats_of(site: ExampleSite) -> list[ExampleFlat]:
    """Those of a site, in the order of its meters: unit n on its line is the n-th flat."""
    return [flat for flat in flats() if flat.site == site.name]


def meters_of(site: ExampleSite) -> list[str]:
    """Numbers of the simulated meters of a site, in the order of their units."""
    return [flat.meter for flat in flats_of(site)]


def tariff_files() -> list[str]:
    """The names of the tariff documents."""
    return sorted({f"{flat.tariff}.toml" for flat in flats()})
