"""Meters that were found, for people and machines."""

from collections.abc import Sequence
from typing import Any

from common.profile import find
from edge_agent.cli.table import table
from edge_agent.drivers.commissioning.found_meter import FoundMeter

POSSIBLE_SHOWN = 3


def found_json(meter: FoundMeter) -> dict[str, Any]:
    """One meter for machines."""
    return {
        "address": meter.address,
        "protocol": meter.protocol,
        "setting": meter.setting,
        "profiles": list(meter.profiles),
        "possible": list(meter.possible),
        "serial": meter.serial,
        "note": meter.note,
    }


def found_table(meters: Sequence[FoundMeter]) -> str:
    """All meters for people."""
    rows = [
        (meter.address, meter.setting, _model(meter), meter.serial, _profile(meter), meter.note) for meter in meters
    ]
    return table(("address", "setting", "meter", "number", "profile", "note"), rows)


def _model(meter: FoundMeter) -> str:
    if not meter.profiles:
        return "unknown" if not meter.possible else "not certain"
    profile = find(meter.profiles[0])
    return f"{profile.maker} {profile.models[0]}"


def _profile(meter: FoundMeter) -> str:
    if meter.profiles:
        return ", ".join(meter.profiles)
    more = "" if len(meter.possible) <= POSSIBLE_SHOWN else f" and {len(meter.possible) - POSSIBLE_SHOWN} more"
    return " or ".join(meter.possible[:POSSIBLE_SHOWN]) + more
