"""Seeded histories of a whole gateway: every committed reading arrives once, dated right, through all of it at once."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from edge_agent.buffer import Buffer, BufferStream, recovery, store
from edge_agent.buffer.retention import EVER_MS, prune
from edge_agent.uplink.outbox import UplinkMessage, UplinkOutbox
from tests.chaos.edge_faults import count, sabotage
from tests.chaos.edge_ingest import IngestCloud
from tests.chaos.edge_trouble import Trouble
from tests.chaos.edge_world import GATEWAY, World
from tests.edge_agent import cloud_twin

SEEDS = count(3000, 300)
CONTROL_SEEDS = 60
CONTROL_SETTLE_STEPS = 40  # a broken build may never settle
BRITTLE = Trouble(damage=0.8, kill=0.06, power_cut=0.06, restore=0.02)
STEPS = 60


@pytest.fixture
def fast_disk() -> Iterator[Path]:
    """A folder in memory where there is one: the simulation decides itself what a power cut takes."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="energy-sim-", dir=shm if shm.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def failures(
    folder: Path, seeds: range, *, trouble: Trouble | None = None, stop_early: bool = False, **build: object
) -> list[str]:
    """Seeds whose history broke a promise, with what was wrong."""
    verdicts = []
    if stop_early:
        build["settle_steps"] = CONTROL_SETTLE_STEPS
    for seed in seeds:
        home = folder / str(seed)
        try:
            world = World(home, seed, trouble or Trouble(), **build).play(STEPS)  # type: ignore[arg-type]
            problems = world.verdict()
        except Exception as error:  # noqa: BLE001  whatever breaks is a finding of this seed
            problems = [repr(error)]
        finally:
            shutil.rmtree(home, ignore_errors=True)
        if problems:
            verdicts.append(f"seed {seed}: {problems}")
            if stop_early:
                break
    return verdicts


@pytest.mark.slow
@pytest.mark.parametrize("first_seed", range(4))
def test_no_seed_loses_doubles_or_misdates_a_reading(fast_disk: Path, first_seed: int) -> None:
    assert [] == failures(fast_disk, range(first_seed, SEEDS, 4))


@pytest.mark.slow
def test_damage_to_the_file_costs_no_more_than_is_reported(fast_disk: Path) -> None:
    assert [] == failures(fast_disk, range(SEEDS // 10), trouble=BRITTLE)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(count(60, 4)))
@pytest.mark.parametrize("trouble", [Trouble(), BRITTLE], ids=["usual", "brittle"])
def test_the_products_own_ingest_keeps_its_side(
    fast_disk: Path, engine: Engine, owner: psycopg.Connection[Any], seed: int, trouble: Trouble
) -> None:
    cloud = IngestCloud(engine, owner, GATEWAY, seed)
    world = World(fast_disk / "0", seed, trouble, cloud=cloud).play(STEPS)
    assert [] == world.verdict(), world.events
    assert cloud.facts()


class ForgetsOnPuback(UplinkOutbox):
    """Broken on purpose: what the broker took is deleted."""

    def next(self, now_s: float) -> UplinkMessage | None:
        message = super().next(now_s)
        for flight in self.session.flights:
            stream: BufferStream = self.guard.buffer.streams[flight.stream]
            self.guard.buffer.receive(stream, [(flight.first, flight.last)])
        prune(self.guard.buffer, EVER_MS)
        return message


@pytest.mark.slow
class TestControls:
    """Builds that are broken on purpose: the simulation has to find each. (Checksums: test_edge_damage.)"""

    @pytest.mark.parametrize("trouble", [Trouble(), BRITTLE, replace(BRITTLE, flips_max=2000)])
    def test_the_whole_build_passes_what_they_fail(self, fast_disk: Path, trouble: Trouble) -> None:
        assert [] == failures(fast_disk, range(20), trouble=trouble, settle_steps=CONTROL_SETTLE_STEPS)

    def test_synchronous_normal(self, fast_disk: Path) -> None:
        assert failures(fast_disk, range(CONTROL_SEEDS), synchronous="NORMAL", stop_early=True)

    def test_forgetting_on_puback(self, fast_disk: Path) -> None:
        assert failures(fast_disk, range(CONTROL_SEEDS), outbox_type=ForgetsOnPuback, stop_early=True)

    def test_never_asking_again_after_a_restore(self, fast_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Streams of set-aside files owe nothing: unless asked, their gateway never speaks of them again."""
        with sabotage(monkeypatch, (f"{cloud_twin.__name__}.CloudTwin.compare", lambda *_: [])):
            assert failures(fast_disk, range(CONTROL_SEEDS), trouble=BRITTLE, stop_early=True)

    def test_believing_the_wall_clock(self, fast_disk: Path) -> None:
        assert failures(fast_disk, range(CONTROL_SEEDS), kernel=lambda: True, stop_early=True)

    def test_no_epoch(self, fast_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with sabotage(
            monkeypatch, (f"{store.__name__}.new_epoch", lambda: 1), (f"{recovery.__name__}.new_epoch", lambda: 1)
        ):
            assert failures(fast_disk, range(CONTROL_SEEDS), trouble=BRITTLE, stop_early=True)

    def test_dating_without_writing_the_date_down(self, fast_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A boot's offset that is only in memory gives the same row two times after a restart."""

        def only_in_memory(buffer: Buffer, offset_ms: int) -> None:
            buffer.directory.offsets.setdefault(buffer.boot, offset_ms)

        with sabotage(monkeypatch, ("edge_agent.buffer.store.Buffer.date_boot", only_in_memory)):
            assert failures(fast_disk, range(CONTROL_SEEDS * 3), stop_early=True)
