"""The samples of profiles go through the decoding of real answers."""

from dataclasses import dataclass
from decimal import Decimal

import msgspec
import pytest

from common.profile import MeterProfile, Sample, load_all
from edge_agent.drivers import DRIVERS
from edge_agent.drivers.commissioning.profile_samples import READERS, sample_faults, sampled
from tests.edge_agent.builders import make_profile

KWH = 'unit = "kWh", kind = "index"'


@dataclass(frozen=True)
class Case:
    """A register as a profile writes it, its sample, and the value that must come of it."""

    protocol: str
    register: str
    sample: Sample
    value: str


ENERGY_RECORD = 'record = { quantity = "Energy" }, scale = "0.001"'
CASES = [
    Case("modbus", f'address = 0, type = "u32", scale = "0.01", {KWH}', Sample("r", "", words=(1, 2)), "655.38"),
    Case("mbus", f"{ENERGY_RECORD}, {KWH}", Sample("r", "", hex="040639300000"), "12345"),
    Case("iec62056", f'obis = "1.8.0", {KWH}', Sample("r", "", text="1.8.0(012345.67*kWh)"), "12345.67"),
    Case("sms", f'pattern = "E: ([0-9.]+)", {KWH}', Sample("r", "", text="E: 7.5"), "7.5"),
    Case("mqtt", f'path = "e", {KWH}', Sample("r", "", text='{"e": 1.25}'), "1.25"),
    Case("mqtt", f'path = "em:0>e", {KWH}', Sample("r", "", text='em:0 {"e": 3}'), "3"),
    Case("csv", f'column = "E", scale = "0.001", {KWH}', Sample("r", "", text="1500"), "1.5"),
]  # fmt: skip


def profile_of(case: Case) -> MeterProfile:
    return make_profile(f"r = {{ {case.register} }}", protocol=case.protocol)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.protocol)
def test_a_sample_gives_its_exact_value(case: Case) -> None:
    assert Decimal(case.value) == sampled(profile_of(case), case.sample)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.protocol)
def test_a_sample_with_another_value_is_a_fault_that_names_both(case: Case) -> None:
    wrong = msgspec.structs.replace(case.sample, value="99")
    (fault,) = sample_faults(msgspec.structs.replace(profile_of(case), samples=(wrong,)))
    assert f"r gives {case.value}, not 99" in fault


def test_every_protocol_but_the_simulated_one_has_a_reader() -> None:
    assert set(DRIVERS) - {"simulated"} == set(READERS)


def test_the_samples_of_all_shipped_profiles_are_right() -> None:
    assert [] == [fault for profile in load_all() for fault in sample_faults(profile)]
