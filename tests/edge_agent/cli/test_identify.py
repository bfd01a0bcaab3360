"""`energy-edge identify`: which profile fits."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from edge_agent.drivers.simulation.meter import simulated_line
from tests.edge_agent.cli.meters_beside import beside, sdm630


def abb() -> Coroutine[Any, Any, asyncio.Server]:
    return simulated_line("abb_b23_b24", units=1).serve()


@pytest.mark.parametrize(("serve", "profile"), [(sdm630, "eastron_sdm630"), (abb, "abb_b23_b24")])
def test_identify_finds_the_profile(serve: Callable[[], Any], profile: str) -> None:
    code, output, _ = beside(serve, "identify", "PORT", "1", "--json")

    meter = json.loads(output)
    assert 0 == code
    assert profile == (meter["profiles"] + meter["possible"])[0]
