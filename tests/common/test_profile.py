from decimal import Decimal
from pathlib import Path

import pytest

from common.errors import InputError, NotFoundError
from common.profile import find, ids, load_all, parse
from common.reading import Kind, Unit

GOOD = """
id = "acme_one"
maker = "Acme"
models = ["One"]
protocol = "modbus"
source = "Acme manual 1.0, page 3"

[registers]
energy_import_total = { address = 72, type = "f32", unit = "kWh", kind = "index" }
power_total = { address = 52, type = "f32", unit = "kW", kind = "instant", scale = 0.001 }

[[samples]]
register = "energy_import_total"
words = [0x449A, 0x5000]
value = "1234.5"
"""


def test_a_profile_says_how_to_reach_each_register() -> None:
    profile = parse(GOOD)

    energy = profile.register("energy_import_total")
    assert (72, 2, Unit.KWH, Kind.INDEX, Decimal(1)) == (
        energy.address,
        energy.words,
        energy.unit,
        energy.kind,
        energy.scale,
    )


def test_scales_are_exact_decimals() -> None:
    assert Decimal("0.001") == parse(GOOD).register("power_total").scale


def test_only_counters_and_maxima_can_be_billed() -> None:
    assert ("energy_import_total",) == parse(GOOD).billing


def test_the_hash_names_this_version_of_the_file() -> None:
    assert parse(GOOD).hash == parse(GOOD).hash
    assert parse(GOOD).hash != parse(GOOD + "# a change\n").hash


def test_an_unknown_register_is_not_found_and_the_known_ones_are_named() -> None:
    with pytest.raises(NotFoundError) as caught:
        parse(GOOD).register("energy")

    assert "energy_import_total" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param('id = "acme_one"', "", "id", id="no id"),
        pytest.param('id = "acme_one"', 'id = "Acme One"', "lower case", id="id with blanks"),
        pytest.param('type = "f32", unit = "kWh"', 'type = "f33", unit = "kWh"', "unknown", id="unknown type"),
        pytest.param('unit = "kWh"', 'unit = "MWh"', "one of kWh, kvarh", id="unit that is not canonical"),
        pytest.param('unit = "kWh"', 'unit = "MWh"', "registers.energy_import_total: ", id="the register is named"),
        pytest.param('kind = "index"', 'kind = "counter"', "one of index, interval", id="unknown kind"),
        pytest.param("address = 72", "address = 65535", "outside", id="address beyond the last"),
        pytest.param("address = 72, ", "", "exactly one of", id="register without a place"),
        pytest.param(
            "address = 72, ", 'address = 72, obis = "1.8.0", ', "exactly one of", id="register with two places"
        ),
        pytest.param("scale = 0.001", "scale = 0", "scale of 0", id="scale of nothing"),
        pytest.param("scale = 0.001", "factor = 0.001", "factor", id="misspelt field"),
        pytest.param('register = "energy_import_total"', 'register = "energy"', "no register", id="sample of nothing"),
        pytest.param("[registers]", "[read]\nwords_max = 1\n[registers]", "fit into one request", id="too long"),
        pytest.param("[registers]", "[read\n[registers]", "not TOML", id="not TOML"),
    ],
)
def test_a_wrong_profile_is_refused_with_the_place(old: str, new: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(GOOD.replace(old, new, 1), "acme_one.toml")

    assert sentence in str(caught.value)
    assert "acme_one.toml" == caught.value.path


def test_a_profile_without_a_sample_is_refused() -> None:
    with pytest.raises(InputError, match="sample"):
        parse(GOOD.split("[[samples]]", maxsplit=1)[0])


def test_a_sum_of_unknown_registers_is_refused() -> None:
    extra = 'both = { sum = ["energy_import_total", "other"], unit = "kWh", kind = "index" }\n\n[[samples]]'

    with pytest.raises(InputError, match="'other'"):
        parse(GOOD.replace("[[samples]]", extra, 1))


def test_a_misspelt_id_gets_the_nearest_names() -> None:
    with pytest.raises(NotFoundError) as caught:
        find("eastron_sdm360")

    assert "eastron_sdm630" in caught.value.hint


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A B"])
def test_what_is_no_id_never_reaches_the_file_system(name: str) -> None:
    with pytest.raises(InputError):
        find(name)


def test_all_shipped_profiles_load(tmp_path: Path) -> None:
    assert ids() == [profile.id for profile in load_all()]
    assert [] == load_all(tmp_path)
