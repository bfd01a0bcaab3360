"""Meters that are asked by IEC 62056-21."""

from collections.abc import Callable

import pytest

from edge_agent.drivers.interface import BadAnswer, MeterSilent
from tests.edge_agent.drivers.readout_lines import BLOCK, mode_c, read


@pytest.mark.parametrize("address", ["0", "4711"])
@pytest.mark.parametrize("echo", [False, True])
def test_a_mode_c_meter_is_asked_and_acknowledged(address: str, echo: bool) -> None:
    talk, heard = mode_c(b"/LGZ5ZMD120\r\n", BLOCK, echo=echo)

    values = read("iec62056", talk, "iec62056_electricity", "energy_import_total", address=address)

    assert {"energy_import_total": "12345.670"} == values
    assert b"\x06050\r\n" == heard[1]  # the line keeps the speed it has


def test_a_readout_that_was_cut_is_asked_for_again() -> None:
    talk, heard = mode_c(b"/LGZ5ZMD120\r\n", BLOCK, lose=1)

    assert {"energy_import_total": "12345.670"} == read("iec62056", talk, "iec62056_electricity", "energy_import_total")
    assert 4 == len(heard)


@pytest.mark.parametrize("change", [lambda block: block[:-1] + b"\0", lambda block: block.replace(b"45.67", b"45.68")])
def test_a_damaged_readout_gives_no_value(change: Callable[[bytes], bytes]) -> None:
    talk, _ = mode_c(b"/LGZ5ZMD120\r\n", change(BLOCK))

    with pytest.raises(BadAnswer):
        read("iec62056", talk, "iec62056_electricity", retries=0)


def test_a_meter_with_another_address_stays_silent() -> None:
    talk, _ = mode_c(b"/LGZ5ZMD120\r\n", BLOCK)

    with pytest.raises(MeterSilent):
        read("iec62056", talk, "iec62056_electricity", address="999", retries=0)
