"""`energy-cloud tariff`: check, import, schema."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cloud_service.cli.tariffs.tariff import tariff
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError

ROWS = [[0] * 24] * 12
RECORD = {
    "utility": "A Utility",
    "name": "A Rate",
    "energyratestructure": [[{"rate": 0.1}]],
    "energyweekdayschedule": ROWS,
    "energyweekendschedule": ROWS,
    "startdate": 1388534400,
}


def run(*arguments: str) -> str:
    return CliRunner().invoke(tariff, [*arguments], catch_exceptions=False).stdout


def test_check_says_what_a_tariff_holds(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('id = "t"\ncurrency = "EUR"\n[[charges]]\nkind = "energy"\nprice = 0.2\n')

    assert "can be priced" in run("check", str(path))
    summary = json.loads(run("check", str(path), "--json"))["tariff"]
    assert ("t", ["energy"]) == (summary["id"], summary["versions"][0]["charges"])


def test_check_refuses_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('id = "t"\ncurrency = "EUR"\n[[charges]]\nkind = "energy"\n')

    with pytest.raises(InputError) as refused:
        run("check", str(path))
    assert "charges[0]" == refused.value.path


def test_an_import_is_a_document_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(RECORD))

    document = json.loads(run("import-urdb", str(path)))
    assert "A Utility: A Rate" == load_tariff(document).name
    assert "2014-01-01" == document["from"]
    both = json.loads(run("import-urdb", str(path), "--undated", "--json"))
    assert "from" not in both["document"]
    assert both["notes"]


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text('{"id": "t"}')

    with pytest.raises(InputError, match="no record of the URDB"):
        run("import-urdb", str(path))


def test_the_schema_is_json() -> None:
    assert "https://json-schema.org/draft/2020-12/schema" == json.loads(run("schema"))["$schema"]
