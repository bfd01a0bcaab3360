"""The page that says how to add a meter, held against the code."""

import re
from pathlib import Path

import msgspec
import pytest

from common.profile import METERS_DIR, Identify, MeterProfile, ReadRules, Record, Register, SerialDefaults, parse
from common.reading import Kind, Unit
from edge_agent.drivers import DRIVERS
from edge_agent.drivers.commissioning.profile_samples import READERS, sample_faults
from edge_agent.transports import TRANSPORTS
from edge_agent.transports.port import SCHEMES

README = (METERS_DIR.parent / "README.md").read_text()
NOT_FOR_PEOPLE = {"hash", "words", "note"}


def example() -> str:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    return str(text)


def test_the_example_is_a_sound_profile_whose_sample_is_right() -> None:
    profile = parse(example())

    assert "acme_pm1" == profile.id
    assert [] == list(sample_faults(profile))


@pytest.mark.parametrize("kind", [MeterProfile, SerialDefaults, ReadRules, Identify, Register, Record])
def test_every_field_is_explained(kind: type[msgspec.Struct]) -> None:
    explained = set(re.findall(r"[a-z_]+", README))

    assert set() == set(kind.__struct_fields__) - explained - NOT_FOR_PEOPLE


def test_every_protocol_unit_kind_and_port_is_named() -> None:
    assert all(f"`{protocol}`" in README for protocol in DRIVERS)
    assert all(unit.value in README for unit in Unit)
    assert all(f"`{kind.value}`" in README for kind in Kind)
    assert all(f"{scheme}://" in README for scheme in SCHEMES)
    assert set(TRANSPORTS) < set(SCHEMES)


def test_the_samples_of_every_protocol_can_be_checked() -> None:
    assert set(DRIVERS) - {"simulated"} == set(READERS)


def test_every_command_it_names_is_there() -> None:
    from edge_agent.__main__ import COMMANDS

    commands = set(re.findall(r"energy-edge ([a-z-]+)", README))
    assert commands <= set(COMMANDS)
    assert Path("deploy/edge/site.toml").name in README
