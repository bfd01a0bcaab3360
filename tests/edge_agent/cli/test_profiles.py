"""`energy-edge profiles`: list, show, check."""

import asyncio
import json
from pathlib import Path

from common.profile import METERS_DIR
from tests.edge_agent.cli.meters_beside import energy_edge


def test_profiles_are_listed_and_checked(tmp_path: Path) -> None:
    async def inside() -> list[tuple[int, str, str]]:
        good = METERS_DIR / "abb_b21.toml"
        bad = tmp_path / "abb_b21.toml"
        bad.write_text(good.read_text().replace('value = "1234.5"', 'value = "1234.6"'))
        return [
            await energy_edge("profiles", "kamstrup_38", "--json"),
            await energy_edge("profiles", "--check", str(good)),
            await energy_edge("profiles", "--check", str(bad)),
        ]

    listed, good, bad = asyncio.run(inside())
    assert ["kamstrup_382"] == [profile["id"] for profile in json.loads(listed[1])["profiles"]]
    assert (0, True) == (good[0], "all right" in good[1])
    assert (1, True) == (bad[0], "gives 1234.5, not 1234.6" in bad[2])
