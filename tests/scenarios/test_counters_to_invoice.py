"""A meter with a day and a night counter, read once a month: from a price sheet and a list of flats to the bill."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.cloud_service.cli.commands import call
from tests.scenarios.letting_office import LettingOffice, open_office

FLATS = """\
Site,Flat,Client,Since,Meter,Register,Opening index,Tariff
Hof,Flat 1,Ada,2026-10-01,M-1,import_day + import_night,1000.5 + 830,Economy 7
"""
READINGS = """\
Meter,Register,Date,Reading
M-1,import_day,2026-11-01,1211.7
M-1,import_night,2026-11-01,925.25
"""


@pytest.fixture
def office(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LettingOffice:
    """The company with a list of flats and a file of readings in a folder."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    (tmp_path / "flats.csv").write_text(FLATS)
    (tmp_path / "readings.csv").write_text(READINGS)
    return open_office(engine, database_url)


def keep_tariff(office: LettingOffice, **priced: str) -> None:
    page = office.person("billing").open("/tariffs/sheet")
    form = next(form for form in page.html.forms if "sheet" == form.get("class"))
    cells = dict(form.form_values()) | {
        "name": "Economy 7", "start": "2026-01-01", "taxes-0-name": "VAT", "taxes-0-percent": "5",
        "items-0-label": "Standing charge", "items-0-price": "0.45", "items-0-per": "day",
    } | priced | {"do": "keep"}  # fmt: skip
    answer = page.client.post(page.address, data=cells, headers={"Referer": "http://localhost/tariffs/sheet"})
    assert 302 == answer.status_code, answer.text


def october(office: LettingOffice, folder: Path, *options: str, code: int = 0) -> list[Any]:
    assert 1 == call("import", str(folder / "flats.csv"))["sheets"][0]["new"]
    call("readings", "import", str(folder / "readings.csv"))
    office.work()
    done = call("bill", "run", "--month", "2026-10", "--bill-date", "2026-11-02", "--no-mail", *options, code=code)
    parked: list[Any] = done["parked"]
    return parked


@pytest.mark.parametrize(("day", "night"), [("import_day", "import_night"), ("day", "night"), ("HT", "NT")])
def test_each_counter_has_its_price_on_the_bill(office: LettingOffice, tmp_path: Path, day: str, night: str) -> None:
    for name in ("flats.csv", "readings.csv"):
        file = tmp_path / name
        file.write_text(file.read_text().replace("import_day", day).replace("import_night", night))
    counters = {} if day == "day" else {"counters-0-counter": day, "counters-1-counter": night}
    keep_tariff(office, pricing="counters", **{"counters-0-price": "0.3012", "counters-1-price": "0.1507"} | counters)

    assert [] == october(office, tmp_path)
    bill = call("bill", "show", call("bill", "list")[0]["number"])

    # 211.2 × 0.3012 = 63.613; 95.25 × 0.1507 = 14.354; 31 × 0.45 = 13.95; 91.91 and 5 % 4.5955
    lines = [(line["label"], line["quantity"], line["amount"]) for line in bill["lines"]]
    assert [("Day", "211.20", "63.61"), ("Night", "95.25", "14.35"), ("Standing charge", "31.00", "13.95")] == lines
    assert "96.51" == bill["total"]


def test_prices_by_the_hour_and_a_meter_read_once_say_what_to_take(office: LettingOffice, tmp_path: Path) -> None:
    single = FLATS.replace("import_day + import_night,1000.5 + 830", "import,1000.5")
    (tmp_path / "flats.csv").write_text(single)
    (tmp_path / "readings.csv").write_text("Meter,Date,Reading\nM-1,2026-11-01,1211.7\n")
    keep_tariff(office, pricing="hours", **{"hours-0-price": "0.15", "hours-1-price": "0.30"})

    (parked,) = october(office, tmp_path, "--dry-run", code=6)

    assert "this tariff has prices by the hour, and register 'import' was read once for all of the days" in str(parked)
    assert "take a tariff with a price for each counter of the meter, or with one price" in str(parked)
