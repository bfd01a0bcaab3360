"""A month of readings with solar export in a meter data file, ours or a published one, becomes an invoice."""

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.scenarios.house import energy_cloud
from tests.shared import need_shared

Owner = psycopg.Connection[Any]
OWN_HOUSE = "a house that takes 0.125 kWh each half hour and gives 0.25 back from 10 to 14 o'clock"
PUBLISHED_HOUSE = "Example_NEM12_month_solar.csv"
HOUSES = {
    # name: readings of the file, kWh taken, kWh given back
    OWN_HOUSE: (2 * 31 * 48, Decimal(186), Decimal(62)),
    PUBLISHED_HOUSE: (17_856, Decimal("270.738"), Decimal("589.172")),
}
DAMAGED = ("NEM12_without_header", "invalid_Example_NEM12_incomplete_interval", "invalid_Example_NEM12_missing_header")
ZONE = "Australia/Brisbane"
TARIFF = {
    "id": "solar-home",
    "name": "Solar home",
    "currency": "AUD",
    "schedules": {"day": {"periods": [{"name": "peak", "hours": ["15:00-21:00"]}, {"name": "off_peak"}]}},
    "charges": [
        {"kind": "energy", "label": "Energy", "prices": {"peak": "0.4521", "off_peak": "0.2417"}},
        {"kind": "export", "label": "Feed-in", "price": "0.05"},
        {"kind": "standing", "label": "Supply", "amount": "1.1250", "per": "day"},
    ],
    "taxes": [{"name": "GST", "label": "GST 10 %", "category": "S", "percent": "10", "default": True}],
}


def write_own_month(folder: Path) -> Path:
    """March 2023 in half hours as a NEM12 file (AEMO, Meter Data File Format): E1 is taken, B1 is given back."""
    taken, given = ["0.125"] * 48, ["0"] * 20 + ["0.25"] * 8 + ["0"] * 20
    lines = ["100,NEM12,202304120954,MDP,RETAILER"]
    for register, values in (("B1", given), ("E1", taken)):
        lines.append(f"200,NMI0000001,B1E1,{register},{register},{register},SERIAL1,kWh,30,")
        lines += [f"300,202303{day:02d},{','.join(values)},A,,,20230412095400," for day in range(1, 32)]
    path = folder / "own_month.csv"
    path.write_text("\n".join([*lines, "900", ""]))
    return path


def month_of(house: str, folder: Path) -> Path:
    """The file of a house."""
    return write_own_month(folder) if house == OWN_HOUSE else need_shared("real", "nem12", house)


def damaged(name: str, folder: Path) -> Path:
    """A file that breaks the format: ours or a published one."""
    if name != DAMAGED[0]:
        return need_shared("real", "nem12", f"{name}.csv")
    path = folder / f"{name}.csv"
    path.write_text(write_own_month(folder).read_text().partition("\n")[2])
    return path


def value_of(owner: Owner, query: str, *values: object) -> Any:
    row = owner.execute(query, values).fetchone()
    assert row, query
    return row[0]


def add_operator(owner: Owner) -> None:
    entity = value_of(
        owner,
        "INSERT INTO legal_entity (name, address, currency, timezone)"
        " VALUES ('Sun Co', 'Bay 1', 'AUD', %s) RETURNING id",
        ZONE,
    )
    owner.execute(
        "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (%s, 'Street 1', %s, 'AUD')",
        (entity, ZONE),
    )


def sign_contract(owner: Owner) -> None:
    """A client who takes over the imported meter's service point on 1 March 2023."""
    entity = value_of(owner, "SELECT id FROM legal_entity")
    client = value_of(
        owner, "INSERT INTO client (legal_entity_id, number, name) VALUES (%s, 'C1', 'Zoë Quinn') RETURNING id", entity
    )
    account = value_of(
        owner, "INSERT INTO account (client_id, number, currency) VALUES (%s, 'A1', 'AUD') RETURNING id", client
    )
    owner.execute(
        "INSERT INTO account_mode (account_id, mode, during) VALUES (%s, 'postpaid', '[2023-01-01,)')", (account,)
    )
    contract = value_of(
        owner,
        "INSERT INTO contract (number, service_point_id, account_id, during)"
        " SELECT 'V1', id, %s, '[2023-03-01,)' FROM service_point RETURNING id",
        account,
    )
    tariff = value_of(
        owner,
        "INSERT INTO tariff (legal_entity_id, code, name, currency) VALUES (%s, 'solar-home', 'Solar home', 'AUD')"
        " RETURNING id",
        entity,
    )
    owner.execute(
        "INSERT INTO tariff_version (tariff_id, during, document, hash) VALUES (%s, '[2023-01-01,)', %s, 'x')",
        (tariff, json.dumps(TARIFF)),
    )
    owner.execute(
        "INSERT INTO tariff_assignment (contract_id, tariff_id, during) VALUES (%s, %s, '[2023-03-01,)')",
        (contract, tariff),
    )


def import_file(environment: dict[str, str], file: Path) -> Any:
    arguments = ("readings", "import", str(file), "--format", "nem12", "--create-meters", "Street 1")
    return energy_cloud(environment, *arguments)


@pytest.mark.parametrize("house", HOUSES)
def test_the_invoiced_energy_is_the_files_sum_and_a_second_import_changes_nothing(
    owner: Owner, database_url: str, tmp_path: Path, house: str
) -> None:
    file, (count, taken, given) = month_of(house, tmp_path), HOUSES[house]
    environment = {"DATABASE_URL": database_url}
    add_operator(owner)

    first = import_file(environment, file)
    energy_cloud(environment, "readings", "validate")
    sign_contract(owner)
    readings = value_of(owner, "SELECT count(*) FROM reading")
    second = import_file(environment, file)
    run = energy_cloud(environment, "bill", "run", "--month", "2023-03")
    bill = energy_cloud(environment, "bill", "show", energy_cloud(environment, "bill", "list")[0]["number"])

    assert (count, False) == (first["stored"], first["already_imported"])
    assert (0, True, readings) == (
        second["stored"],
        second["already_imported"],
        value_of(owner, "SELECT count(*) FROM reading"),
    )
    assert [] == run["parked"]
    quantity = {line["label"]: Decimal(line["quantity"]) for line in bill["lines"]}
    assert taken == quantity["Energy, peak"] + quantity["Energy, off peak"]
    assert given == quantity["Feed-in"]


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_whole_with_its_place(
    owner: Owner, database_url: str, name: str, tmp_path: Path
) -> None:
    file = damaged(name, tmp_path)
    add_operator(owner)
    code = "from cloud_service.cli import main; main()"
    arguments = ["readings", "import", str(file), "--format", "nem12", "--create-meters", "Street 1", "--json"]

    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"DATABASE_URL": database_url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    error = json.loads(done.stdout)["error"]
    assert 1 == done.returncode
    assert re.search(rf"{name}.csv:\d+ \w+", error["path"])
    assert error["message"]
    assert (0, 0) == (value_of(owner, "SELECT count(*) FROM reading"), value_of(owner, "SELECT count(*) FROM meter"))
