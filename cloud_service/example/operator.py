"""Who is in the example: one operator, two sites in different zones, eight connections, three tariffs. Data only."""

from dataclasses import dataclass

SELLER = {
    "name": "Kilowatt Utilities Ltd",
    "address": "Ngong Road 41\n00100 Nairobi\nKenya",
    "country": "KE",
    "vat_id": "P051234567K",
    "email": "service@kilowatt.example",
    "phone": "+254 20 555 0100",
    "website": "https://kilowatt.example",
    "currency": "KES",
    "timezone": "Africa/Nairobi",
    "locale": "en",
}
BANK = {"holder": "Kilowatt Utilities Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}


@dataclass(frozen=True, slots=True)
class ExampleSite:
    """A property with its gateway; `seed` is the seed of its simulated meters."""

    name: str
    address: str
    country: str
    timezone: str
    currency: str
    gateway: str
    seed: int


@dataclass(frozen=True, slots=True)
class ExampleClient:
    """A client with one connection; `pays` says how they settle: at once, late, in part or not at all."""

    name: str
    kind: str
    site: str
    email: str
    address: str
    locale: str
    tariff: str
    pays: str = "at once"
    mode: str = "postpaid"
    vat_id: str = ""


SITES = (
    ExampleSite("Riverside Estate", "Riverside Drive 12, Nairobi", "KE", "Africa/Nairobi", "KES", "gw-riverside", 11),
    ExampleSite("Hafenhof", "Hafenstraße 12, 20457 Hamburg", "DE", "Europe/Berlin", "EUR", "gw-hafenhof", 12),
)

CLIENTS = (
    ExampleClient(
        "Grace Otieno", "person", "Riverside Estate", "grace@example.com",
        "House 1, Riverside Estate\nNairobi", "en", "home-tou-ke",
    ),
    ExampleClient(
        "Riverside Bakery", "company", "Riverside Estate", "accounts@bakery.example",
        "Riverside Drive 14\nNairobi", "en", "business-ke", pays="late", vat_id="P051000111A",
    ),
    ExampleClient(
        "Hilltop Clinic", "company", "Riverside Estate", "finance@clinic.example",
        "Hilltop Road 3\nNairobi", "en", "business-ke", pays="in part", vat_id="P051000222B",
    ),
    ExampleClient(
        "Nyota Salon", "company", "Riverside Estate", "nyota@example.com",
        "Shop 4, Riverside Estate\nNairobi", "en", "home-tou-ke", mode="prepaid",
    ),
    ExampleClient(
        "Tumaini Church", "company", "Riverside Estate", "office@tumaini.example",
        "Riverside Drive 20\nNairobi", "en", "home-tou-ke", pays="not since August",
    ),
    ExampleClient(
        "Müller & Größe Präzisionsteile GmbH", "company", "Hafenhof", "rechnung@mueller-groesse.example",
        "Königsallee 7a\n80331 München", "de", "gewerbe-de", vat_id="DE123456789",
    ),
    ExampleClient(
        "Αθηνά Παπαδοπούλου", "person", "Hafenhof", "athina@example.com",
        "Hafenstraße 12, 3. OG\n20457 Hamburg", "de", "gewerbe-de", pays="late",
    ),
    ExampleClient(
        "شركة النور للتجارة", "company", "Hafenhof", "alnoor@example.com",
        "Hafenstraße 12, 4. OG\n20457 Hamburg", "en", "gewerbe-de", pays="in part",
    ),
)  # fmt: skip

STEP_S = 1800  # of the intervals that bills are made from
TARIFFS = ("home-tou-ke", "business-ke", "gewerbe-de")  # files in tariffs/
RATES = {"EUR": "151.20"}  # one unit in local currency


def meters_of(site: ExampleSite) -> list[str]:
    """Names of the simulated meters of a site; unit n on its line is the n-th client there."""
    return [f"{site.gateway}-{unit:02d}" for unit, client in enumerate(clients_of(site), start=1) if client]


def clients_of(site: ExampleSite) -> list[ExampleClient]:
    """The clients of a site, in the order of their meters."""
    return [client for client in CLIENTS if client.site == site.name]
