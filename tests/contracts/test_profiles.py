"""One test for every meter file: it loads, names its source, and its samples give exactly the value they state."""

from decimal import Decimal
from pathlib import Path

import pytest

from common.errors import InputError
from common.profile import METERS_DIR, ids, load, load_all
from edge_agent.drivers import DRIVERS
from edge_agent.drivers.codecs.mbus_match import mismatch, values_by_register
from edge_agent.drivers.codecs.mbus_telegram import decode, decode_application
from edge_agent.drivers.commissioning.profile_samples import sample_faults, sampled
from tests.shared import SHARED

PROFILES = ids()
MBUS_FRAMES = sorted((SHARED / "real" / "mbus").glob("*.hex"))


def path(profile_id: str) -> Path:
    return METERS_DIR / f"{profile_id}.toml"


@pytest.mark.parametrize("profile_id", PROFILES)
def test_a_profile_loads_and_says_where_it_comes_from(profile_id: str) -> None:
    profile = load(path(profile_id))

    assert path(profile_id).read_text().startswith("# Source: ")
    assert profile.source
    assert profile.protocol in DRIVERS
    assert profile.models
    assert profile.samples


@pytest.mark.parametrize("profile_id", PROFILES)
def test_each_sample_gives_exactly_its_value(profile_id: str) -> None:
    profile = load(path(profile_id))

    assert [(sample.register, Decimal(sample.value)) for sample in profile.samples] == [
        (sample.register, sampled(profile, sample)) for sample in profile.samples
    ]
    assert [] == list(sample_faults(profile))


def test_there_are_at_least_sixty_real_meters_of_modbus_and_mbus() -> None:
    profiles = [load(path(profile_id)) for profile_id in PROFILES]

    assert 45 <= sum(profile.protocol == "modbus" for profile in profiles)
    assert 60 <= sum(profile.protocol in ("modbus", "mbus") for profile in profiles)


def test_ids_are_unique_and_every_model_that_can_be_billed_has_a_counter() -> None:
    profiles = load_all()

    assert len(profiles) == len({profile.id for profile in profiles})
    climate = {"elvaco_cma10", "elvaco_cma11", "tecson_oil"}
    assert climate >= {profile.id for profile in profiles if not profile.billing}


@pytest.mark.parametrize("path", MBUS_FRAMES, ids=lambda path: path.stem)
def test_a_recorded_frame_fits_at_most_one_profile_of_its_maker_and_gives_values(path: Path) -> None:
    telegram = decode(bytes.fromhex(path.read_text()))
    fitting = [
        profile
        for profile in load_all()
        if profile.protocol == "mbus" and any(mark.manufacturer for mark in profile.identify)
        if not mismatch(profile, telegram)
    ]

    assert len(fitting) <= 1
    for profile in fitting:
        assert values_by_register(profile, telegram.records, profile.registers)


def test_a_frame_in_the_wrong_profile_is_named() -> None:
    telegram = decode_application(0x72, bytes.fromhex("78 56 34 12 24 40 01 07 00 00 00 00"))
    profile = load(path("kamstrup_382"))

    assert "maker is PAD, not KAM" in mismatch(profile, telegram)


def test_a_file_whose_name_is_not_its_id_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "other.toml"
    copy.write_text(path("eastron_sdm630").read_text())

    with pytest.raises(InputError, match="the id is 'eastron_sdm630'"):
        load(copy)
