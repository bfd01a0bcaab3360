"""`energy-cloud rate`: what people and programs see of the calculator."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cloud_service.cli.tariffs.rate import rate
from common.errors import InputError

TARIFF = """
id = "t"
currency = "EUR"
[[charges]]
kind = "energy"
price = 0.20
[[charges]]
kind = "demand"
window_min = 0
price = 2
[[charges]]
kind = "standing"
amount = 5
per = "month"
"""


def files(folder: Path, tariff: str = TARIFF, load: str = "1\n" * 8760) -> list[str]:
    (folder / "tariff.toml").write_text(tariff)
    (folder / "load.csv").write_text(load)
    return ["--tariff", str(folder / "tariff.toml"), "--load", str(folder / "load.csv"), "--start", "2018-01-01"]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(rate, [*arguments], catch_exceptions=False)


def test_each_month_is_a_bill_in_the_documented_form(tmp_path: Path) -> None:
    rated = json.loads(run(*files(tmp_path), "--timezone", "UTC", "--json").stdout)

    assert ["periods"] == list(rated)
    assert 12 == len(rated["periods"])
    period = rated["periods"][1]
    assert ["start", "end", "lines", "max_demand_kw", "total_unrounded", "total"] == list(period)
    assert ("2018-02-01", "2018-03-01", "1", "141.4", "141.40") == (
        period["start"], period["end"], period["max_demand_kw"], period["total_unrounded"], period["total"],
    )  # fmt: skip
    line = period["lines"][0]
    assert ["charge", "label", "quantity", "unit", "price", "amount_unrounded", "amount", "why"] == list(line)
    assert ("energy", "672", "kWh", "0.2", "134.4", "134.40") == tuple(
        line[key] for key in ("charge", "quantity", "unit", "price", "amount_unrounded", "amount")
    )
    assert ["energy", "demand", "standing"] == [line["charge"] for line in period["lines"]]


def test_one_bill_for_all_days_and_other_cycles(tmp_path: Path) -> None:
    arguments = files(tmp_path)

    assert 1 == len(json.loads(run(*arguments, "--timezone", "UTC", "--periods", "all", "--json").stdout)["periods"])
    cycles = json.loads(run(*arguments, "--timezone", "UTC", "--cycle-day", "15", "--json").stdout)["periods"]
    assert ["2018-01-01", "2018-01-15", "2018-02-15"] == [period["start"] for period in cycles[:3]]


def test_people_read_a_table(tmp_path: Path) -> None:
    text = run(*files(tmp_path), "--timezone", "UTC").stdout

    assert "2018-01-01 to 2018-02-01" in text
    assert "Total EUR" in text


GAS = """
id = "gas"
currency = "GBP"
[quantities.gas_kwh]
register = "gas"
unit = "kWh"
[[quantities.gas_kwh.factors]]
correction = 1
calorific_value = 39.6
divisor = 3.6
[[charges]]
kind = "energy"
register = "gas_kwh"
price = 0.10
"""


def test_a_register_of_its_own_unit_is_priced_without_a_load(tmp_path: Path) -> None:
    (tmp_path / "gas.toml").write_text(GAS)
    (tmp_path / "gas.csv").write_text("0.5\n" * 8760)

    rated = json.loads(
        run(
            *("--tariff", str(tmp_path / "gas.toml"), "--register", f"gas={tmp_path / 'gas.csv'}"),
            *("--start", "2018-01-01", "--timezone", "UTC", "--json"),
        ).stdout
    )

    line = rated["periods"][0]["lines"][0]
    assert ("4092", "409.20") == (line["quantity"], line["amount"])  # 744 h × 0.5 m3 × 11 kWh/m3


def test_a_register_that_no_charge_reads_is_refused(tmp_path: Path) -> None:
    arguments = files(tmp_path)

    with pytest.raises(InputError, match="does not say what water is worth"):
        run(*arguments, "--register", f"water={tmp_path / 'load.csv'}", "--timezone", "UTC", "--json")


def test_nothing_to_price_is_refused(tmp_path: Path) -> None:
    tariff = files(tmp_path)[:2]

    with pytest.raises(InputError, match="nothing to price"):
        run(*tariff, "--start", "2018-01-01", "--timezone", "UTC")


def test_export_is_netted_by_the_tariff(tmp_path: Path) -> None:
    tariff = 'id = "t"\ncurrency = "EUR"\n[[charges]]\nkind = "energy"\nprice = 0.20\nnetting = {}\n'
    (tmp_path / "export.csv").write_text("0.25\n" * 8760)

    rated = json.loads(
        run(*files(tmp_path, tariff), "--export", str(tmp_path / "export.csv"), "--timezone", "UTC", "--json").stdout
    )

    assert "558" == rated["periods"][0]["lines"][0]["quantity"]


def test_export_without_a_rule_is_refused(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("0.25\n" * 8760)

    with pytest.raises(InputError, match="does not say what export is worth"):
        run(*files(tmp_path), "--export", str(tmp_path / "export.csv"), "--timezone", "UTC")


def test_export_of_other_days_is_refused(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("0.25\n" * 744)

    with pytest.raises(InputError, match="not of the same days"):
        run(*files(tmp_path), "--export", str(tmp_path / "export.csv"), "--timezone", "UTC")


def test_the_coarser_of_load_and_export_is_taken_as_even_and_that_is_said(tmp_path: Path) -> None:
    tariff = """
id = "t"
currency = "EUR"
charges = [
  { kind = "energy", register = "net_import", price = 0.20 },
  { kind = "export", register = "net_export", price = 0.05 },
]
"""
    (tmp_path / "export.csv").write_text("2\n0\n0\n0\n" * 8760)

    rated = json.loads(
        run(*files(tmp_path, tariff), "--export", str(tmp_path / "export.csv"), "--timezone", "UTC", "--json").stdout
    )

    assert "558" == rated["periods"][0]["lines"][0]["quantity"]  # three of four quarter hours
    assert ["import of 60 min is taken as even over 15 min steps"] == rated["notes"]


def test_a_missing_load_is_refused(tmp_path: Path) -> None:
    arguments = files(tmp_path)
    (tmp_path / "load.csv").unlink()

    with pytest.raises(InputError, match="cannot be read"):
        run(*arguments, "--timezone", "UTC")


def test_an_ambiguous_step_asks_for_it(tmp_path: Path) -> None:
    arguments = files(tmp_path, load="1\n" * 96)

    with pytest.raises(InputError, match="do not say their step"):
        run(*arguments, "--timezone", "UTC")
    rated = json.loads(run(*arguments, "--timezone", "UTC", "--step", "15", "--json").stdout)
    assert "24" == rated["periods"][0]["lines"][0]["quantity"]


def test_kwh_are_taken_as_they_are(tmp_path: Path) -> None:
    arguments = files(tmp_path, load="1\n" * 96)

    rated = json.loads(run(*arguments, "--timezone", "UTC", "--step", "15", "--unit", "kWh", "--json").stdout)
    assert ("96", "4") == (rated["periods"][0]["lines"][0]["quantity"], rated["periods"][0]["max_demand_kw"])


def test_facts_of_the_connection_may_be_given(tmp_path: Path) -> None:
    tariff = 'id = "t"\ncurrency = "EUR"\n[[charges]]\nkind = "capacity"\nprice = 2\n'

    rated = json.loads(
        run(*files(tmp_path, tariff), "--timezone", "UTC", "--value", "contracted_kw=20", "--json").stdout
    )

    assert "40.00" == rated["periods"][0]["total"]


def test_market_prices_come_from_a_file(tmp_path: Path) -> None:
    tariff = 'id = "t"\ncurrency = "EUR"\n[[charges]]\nkind = "spot"\nseries = "day_ahead"\nper = 1000\n'
    (tmp_path / "prices.csv").write_text("50\n" * 4380 + "-10\n" * 4380)

    rated = json.loads(
        run(
            *files(tmp_path, tariff), "--timezone", "UTC", "--prices", f"day_ahead={tmp_path / 'prices.csv'}", "--json"
        ).stdout
    )

    assert ["37.20", "-7.44"] == [rated["periods"][month]["total"] for month in (0, 11)]


def test_several_files_are_versions(tmp_path: Path) -> None:
    arguments = files(
        tmp_path, 'id = "t"\ncurrency = "EUR"\nuntil = 2018-07-01\n[[charges]]\nkind = "energy"\nprice = 0.20\n'
    )
    (tmp_path / "new.yaml").write_text(
        "id: t\ncurrency: EUR\nfrom: 2018-07-01\ncharges: [{kind: energy, price: 0.3}]\n"
    )

    rated = json.loads(run(*arguments, "--tariff", str(tmp_path / "new.yaml"), "--timezone", "UTC", "--json").stdout)

    assert ["0.2", "0.3"] == [rated["periods"][month]["lines"][0]["price"] for month in (5, 6)]


def test_a_record_of_the_urdb_may_be_given_straight(tmp_path: Path) -> None:
    rows = [[0] * 24] * 12
    record = {
        "energyratestructure": [[{"rate": 0.1}]],
        "energyweekdayschedule": rows,
        "energyweekendschedule": rows,
        "startdate": 1893456000,  # its days of validity are left out
    }

    (tmp_path / "record.json").write_text(json.dumps(record))
    arguments = [*files(tmp_path)[2:], "--tariff", str(tmp_path / "record.json")]

    rated = json.loads(run(*arguments, "--timezone", "UTC", "--json").stdout)

    assert "74.40" == rated["periods"][0]["total"]
    assert rated["notes"]


@pytest.fixture
def program() -> list[str]:
    return [sys.executable, "-c", "from cloud_service.cli import main; main()"]


def test_a_refused_tariff_exits_with_1_and_says_where(tmp_path: Path, program: list[str]) -> None:
    bad = TARIFF.replace('kind = "demand"', 'kind = "telepathy"')

    done = subprocess.run(
        [*program, "rate", *files(tmp_path, bad), "--timezone", "UTC", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )

    error = json.loads(done.stdout)["error"]
    assert (1, "bad_input", "charges[1].kind") == (done.returncode, error["code"], error["path"])
    assert "telepathy" in error["message"]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        pytest.param(["--timezone", "Europe/Nowhere"], "timezone", id="a zone that is none"),
        pytest.param(["--timezone", "UTC", "--value", "contracted_kw"], "--value", id="a fact without a value"),
        pytest.param(["--timezone", "UTC", "--value", "kw=many"], "--value kw", id="a value that is no number"),
        pytest.param(["--timezone", "UTC", "--prices", "day_ahead"], "--prices", id="a series without a file"),
    ],
)
def test_every_refusal_has_a_place(tmp_path: Path, arguments: list[str], path: str) -> None:
    with pytest.raises(InputError) as refused:
        run(*files(tmp_path), *arguments, "--json")
    assert {"code", "message", "path"} <= set(refused.value.as_json()["error"])
    assert path == refused.value.path


@pytest.mark.parametrize(
    ("start", "end", "hours"), [("2026-03-29", "2026-03-30", 23), ("2026-10-25", "2026-10-26", 25)], ids=["23", "25"]
)
def test_a_day_on_which_clocks_change_has_the_hours_it_has(tmp_path: Path, start: str, end: str, hours: int) -> None:
    """The hour that comes twice stands twice in a file with times of the wall clock, the one that was skipped never."""
    walls = [hour for hour in range(24) if (hours, hour) != (23, 2)]
    walls = sorted([*walls, 2]) if hours == 25 else walls
    load = "time,kW\n" + "".join(f"{start} {hour:02d}:00,1\n" for hour in walls)
    arguments = files(tmp_path, load=load)
    arguments[-1] = start

    period = json.loads(run(*arguments, "--timezone", "Europe/Berlin", "--json").stdout)["periods"][0]

    assert (start, end, str(hours)) == (period["start"], period["end"], period["lines"][0]["quantity"])


def test_a_wrong_option_exits_with_2(program: list[str]) -> None:
    done = subprocess.run([*program, "rate", "--colour", "red"], capture_output=True, check=False)

    assert 2 == done.returncode


@pytest.mark.parametrize(
    ("more", "name"),
    [
        pytest.param(
            'kind = "standing"\nutility = "water"\namount = 5\nper = "month"', "water", id="a word of a charge"
        ),
        pytest.param('kind = "standing"\nlabel = "gas"\namount = 5\nper = "month"', "gas", id="a label"),
        pytest.param(
            'kind = "export"\nregister = "generation"\nprice = 1\noptional = true', "export", id="other export"
        ),
        pytest.param(
            f'kind = "energy"\nprice = 1\n{GAS[GAS.index("[quantities") : GAS.index("[[charges")]}', "gas", id="unused"
        ),
    ],
)
def test_a_register_is_not_priced_by_a_word_that_is_its_name(tmp_path: Path, more: str, name: str) -> None:
    tariff = f"{TARIFF}[[charges]]\n{more}\n"

    with pytest.raises(InputError, match=f"does not say what {name} is worth"):
        run(*files(tmp_path, tariff), "--register", f"{name}={tmp_path / 'load.csv'}", "--timezone", "UTC")


def test_a_version_of_other_days_need_not_price_what_there_is(tmp_path: Path) -> None:
    old = 'id = "t"\ncurrency = "EUR"\nuntil = 2018-01-01\n[[charges]]\nkind = "energy"\nprice = 1\n'
    new = old.replace("until", "from") + '[[charges]]\nkind = "energy"\nregister = "water"\nprice = 2\n'
    (tmp_path / "new.toml").write_text(new)
    further = ("--tariff", str(tmp_path / "new.toml"), "--register", f"water={tmp_path / 'load.csv'}")

    rated = json.loads(run(*files(tmp_path, old), *further, "--timezone", "UTC", "--json").stdout)

    assert "2232.00" == rated["periods"][0]["total"]


NETTED = """
id = "t"
currency = "EUR"
[schedules.day]
periods = [{ name = "peak", hours = ["07:30-11:00"] }, { name = "rest" }]
[[charges]]
kind = "export"
register = "net_export"
price = 0.05
[[charges]]
"""


@pytest.mark.parametrize(
    ("charge", "match"),
    [
        pytest.param('kind = "demand"\nprice = 9', "15 min cannot be told from steps of 60 min", id="demand"),
        pytest.param('kind = "demand"\nregister = "net_import"\nprice = 9', "cannot be told", id="net demand"),
        pytest.param('kind = "energy"\nprices = { peak = 1, rest = 2 }', "lies inside a step of 60 min", id="periods"),
        pytest.param('kind = "spot"\nseries = "x"', "prices of 15 min cannot price readings of 60 min", id="spot"),
    ],
)
def test_what_a_coarser_load_cannot_tell_is_refused_though_export_is_finer(
    tmp_path: Path, charge: str, match: str
) -> None:
    (tmp_path / "export.csv").write_text("1\n" * 35040)
    further = ("--export", str(tmp_path / "export.csv"), "--prices", f"x={tmp_path / 'export.csv'}")

    with pytest.raises(InputError, match=match):
        run(*files(tmp_path, NETTED + charge), *further, "--timezone", "UTC")


def test_a_finer_register_of_another_utility_leaves_the_load_as_it_is(tmp_path: Path) -> None:
    tariff = f'{TARIFF}[[charges]]\nkind = "energy"\nregister = "water"\nprice = 1\n'
    (tmp_path / "water.csv").write_text("1\n" * 35040)
    further = ("--register", f"water={tmp_path / 'water.csv'}")

    rated = json.loads(run(*files(tmp_path, tariff), *further, "--timezone", "UTC", "--json").stdout)

    assert ["periods"] == list(rated)
    assert "sum of 744 intervals of 60 min" in rated["periods"][0]["lines"][0]["why"]


@pytest.mark.parametrize("name", ["import", "water"])
def test_a_register_that_is_given_twice_is_refused(tmp_path: Path, name: str) -> None:
    further = ("--register", f"{name}={tmp_path / 'load.csv'}")

    with pytest.raises(InputError, match=f"'{name}' is given twice"):
        run(*files(tmp_path), *further, *further, "--timezone", "UTC")
