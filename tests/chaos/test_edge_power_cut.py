"""Power cuts: what the buffer has acknowledged is there afterwards, unchanged, whatever write the cut fell into.

All writes and fsyncs of a writer are recorded; each cut keeps what an fsync had confirmed and none, a prefix or any
subset of 512-byte sectors of the rest.
"""

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_agent.buffer import BufferGuard
from tests.chaos.edge_faults import ROOT, count, power_cut_model, preload, salvage_all, value_of

ROUNDS = 120
CUTS, CUTS_SHORT = 2000, 60


def record(folder: Path, synchronous: str) -> list[Any]:
    """The journal of a writer's run."""
    data, journal = folder / "data", folder / "journal"
    data.mkdir(parents=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": str(preload(folder, "record_writes")),
        "REC_ROOT": str(data),
        "REC_JOURNAL": str(journal),
    }
    writer = [
        sys.executable,
        str(ROOT / "tests/chaos/edge_writer.py"),
        str(data),
        str(ROUNDS),
        synchronous,
        str(journal),
    ]
    subprocess.run(writer, env=environment, check=True, timeout=120)
    return list(power_cut_model().read_journal(str(journal)))


def lay(folder: Path, root: Path, files: dict[str, bytearray]) -> None:
    """The disk as the cut leaves it."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / Path(name).relative_to(root)).write_bytes(content)


def losses(folder: Path, synchronous: str, cuts: int, seed: int) -> tuple[int, int]:
    """(cuts that lost or changed something acknowledged, cuts after which the file had to be set aside)."""
    records = record(folder, synchronous)
    model, chance = power_cut_model(), random.Random(seed)
    bad = aside = 0
    for number in range(cuts):
        files, acknowledged = model.image_at(records, chance.randrange(1, len(records) + 1), chance)
        image = folder / f"cut-{number}"
        lay(image, folder / "data", files)
        guard = BufferGuard(image, boot_id="after")
        salvage_all(guard)
        aside += guard.replaced if acknowledged >= 0 else 0  # a file cut while it was made is made again
        readable = {
            row.value
            for stream in guard.buffer.streams.values()
            for first, last in guard.buffer.present(stream)
            for row in guard.buffer.rows(stream, first, last)
        }
        expected = {value_of(n) for n in range(1, acknowledged + 1)}
        written = {value_of(n) for n in range(1, ROUNDS * 4 + 1)}
        bad += not (expected <= readable <= written)
        guard.append([])
        guard.close()
    return bad, aside


@pytest.mark.slow
def test_no_power_cut_loses_an_acknowledged_reading(tmp_path: Path) -> None:
    cuts = count(CUTS, CUTS_SHORT)
    bad, aside = losses(tmp_path, "FULL", cuts, seed=1)
    print(f"{cuts} power cuts: {bad} lost something acknowledged, {aside} needed a new file")
    assert (0, 0) == (bad, aside)


@pytest.mark.slow
def test_control_synchronous_normal_loses_acknowledged_readings(tmp_path: Path) -> None:
    cuts = count(CUTS // 4, CUTS_SHORT)
    bad, _ = losses(tmp_path, "NORMAL", cuts, seed=1)
    print(f"control, synchronous=NORMAL: {bad} of {cuts} cuts lose something acknowledged")
    assert bad > cuts / 2
