"""A published meter data file, a month of five-minute readings with solar export, becomes an invoice."""

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
IMPORTED, EXPORTED = Decimal("270.738"), Decimal("589.172")
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


def one(owner: Owner, query: str, *values: object) -> Any:
    row = owner.execute(query, values).fetchone()
    assert row, query
    return row[0]


def add_operator(owner: Owner) -> None:
    entity = one(
        owner,
        "INSERT INTO legal_entity (name, currency, timezone) VALUES ('Sun Co', 'AUD', %s) RETURNING id",
        ZONE,
    )
    owner.execute(
        "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (%s, 'Street 1', %s, 'AUD')",
        (entity, ZONE),
    )


def sign_contract(owner: Owner) -> None:
    """A client who takes over the imported meter's service point on 1 March 2023."""
    entity = one(owner, "SELECT id FROM legal_entity")
    client = one(
        owner, "INSERT INTO client (legal_entity_id, number, name) VALUES (%s, 'C1', 'Zoë Quinn') RETURNING id", entity
    )
    account = one(
        owner, "INSERT INTO account (client_id, number, currency) VALUES (%s, 'A1', 'AUD') RETURNING id", client
    )
    owner.execute(
        "INSERT INTO account_mode (account_id, mode, during) VALUES (%s, 'postpaid', '[2023-01-01,)')", (account,)
    )
    contract = one(
        owner,
        "INSERT INTO contract (number, service_point_id, account_id, during)"
        " SELECT 'V1', id, %s, '[2023-03-01,)' FROM service_point RETURNING id",
        account,
    )
    tariff = one(
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


def test_the_invoiced_energy_is_the_files_sum_and_a_second_import_changes_nothing(
    owner: Owner, database_url: str
) -> None:
    file = need_shared("real", "nem12", "Example_NEM12_month_solar.csv")
    environment = {"DATABASE_URL": database_url}
    add_operator(owner)

    first = import_file(environment, file)
    energy_cloud(environment, "readings", "validate")
    sign_contract(owner)
    readings = one(owner, "SELECT count(*) FROM reading")
    second = import_file(environment, file)
    run = energy_cloud(environment, "bill", "run", "--month", "2023-03")
    bill = energy_cloud(environment, "bill", "show", energy_cloud(environment, "bill", "list")[0]["number"])

    assert (17_856, False) == (first["stored"], first["already_imported"])
    assert (0, True, readings) == (
        second["stored"],
        second["already_imported"],
        one(owner, "SELECT count(*) FROM reading"),
    )
    assert [] == run["parked"]
    quantity = {line["label"]: Decimal(line["quantity"]) for line in bill["lines"]}
    assert IMPORTED == quantity["Energy, peak"] + quantity["Energy, off peak"]
    assert EXPORTED == quantity["Feed-in"]


@pytest.mark.parametrize("name", ["invalid_Example_NEM12_incomplete_interval", "invalid_Example_NEM12_missing_header"])
def test_a_damaged_file_is_refused_whole_with_its_place(owner: Owner, database_url: str, name: str) -> None:
    file = need_shared("real", "nem12", f"{name}.csv")
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
    assert (0, 0) == (one(owner, "SELECT count(*) FROM reading"), one(owner, "SELECT count(*) FROM meter"))
