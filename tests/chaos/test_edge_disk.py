"""A disk that is full or fails: no crash, no lie, and it recovers alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from common.errors import EnergyError
from edge_agent.buffer import BufferGuard, BufferSample, store
from edge_agent.buffer.guard import BufferLimits
from tests.chaos.edge_faults import (
    METERS,
    ROOT,
    count,
    drain,
    must_fail,
    round_of,
    sabotage,
    salvage_all,
    value_of,
)
from tests.edge_agent.cloud_twin import CloudTwin
from tests.programs import need_program

DISK_BYTES = 2 * 1024**2


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(path: Path) -> None:
    """Take all the room there is."""
    with path.open("ab", buffering=0) as file:
        size = 65536
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 4


@pytest.mark.slow
def test_a_full_disk_stops_nothing_and_every_billing_reading_arrives(tmp_path: Path) -> None:
    check_full_disk(tmp_path)


@pytest.mark.slow
def test_control_forgetting_what_could_not_be_committed_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(guard: BufferGuard) -> None:
        guard.waiting = []

    with sabotage(monkeypatch, (f"{BufferGuard.__module__}.BufferGuard._trim_waiting", forget)):
        must_fail(lambda: check_full_disk(tmp_path))


def check_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        guard = BufferGuard(
            disk / "data", boot_id="boot", limits=BufferLimits(ballast_bytes=256 * 1024, waiting_max=400)
        )
        for meter in range(METERS):
            guard.buffer.channel(f"meter-{meter}", "import", "kWh", "index", 0)
        states, grid = set(), set()
        for number in range(600):
            if number == 100:
                fill(disk / "other")
            if 100 < number < 400:
                fill(disk / "other")  # another program takes whatever is freed
            if number == 400:
                (disk / "other").unlink()
            on_grid = number % 5 == 0
            grid |= {value_of(n) for n in range(number * METERS + 1, (number + 1) * METERS + 1)} if on_grid else set()
            try:
                guard.append(round_of(number * METERS + 1, grid=on_grid))
            except EnergyError as error:
                states.add(error.code)
        guard.housekeep(0, clock_is_good=False)
        assert {"disk_full"} == states
        assert ("", []) == (guard.problem, guard.waiting)
        assert guard.ballast.exists()
        cloud = CloudTwin()
        drain(guard, cloud)
        guard.close()

    arrived = [fact[3] for fact in cloud.facts()]
    assert len(arrived) == len(set(arrived))
    assert grid <= set(arrived)
    assert 0 == guard.replaced


@pytest.mark.slow
def test_an_agent_starts_on_a_full_disk_by_its_ballast(tmp_path: Path) -> None:
    check_start(tmp_path, BufferLimits(ballast_bytes=256 * 1024))


@pytest.mark.slow
def test_control_without_ballast_an_agent_does_not_start_on_a_full_disk(tmp_path: Path) -> None:
    must_fail(lambda: check_start(tmp_path, BufferLimits(ballast_bytes=0)))


def check_start(tmp_path: Path, limits: BufferLimits) -> None:
    with small_disk(tmp_path / "disk") as disk:
        guard = BufferGuard(disk / "data", boot_id="boot", limits=limits)
        for meter in range(METERS):
            guard.buffer.channel(f"meter-{meter}", "import", "kWh", "index", 0)
        guard.append(round_of(1))
        guard.close()
        fill(disk / "other")

        again = BufferGuard(disk / "data", boot_id="the next boot", limits=limits)
        again.append(round_of(5))
        cloud = CloudTwin()
        drain(again, cloud)
        again.close()

    assert {value_of(n) for n in range(1, 9)} == {fact[3] for fact in cloud.facts()}
    assert 0 == again.replaced


@pytest.mark.slow
def test_the_byte_cap_holds_by_thinning_and_never_takes_billing_readings(tmp_path: Path) -> None:
    check_cap(tmp_path)


@pytest.mark.slow
def test_control_thinning_that_takes_everything_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fine(sample: BufferSample) -> int:
        return sample.quality | sample.time_quality << 3

    with sabotage(monkeypatch, (f"{store.__name__}.flags_of", fine)):
        must_fail(lambda: check_cap(tmp_path))


def check_cap(tmp_path: Path) -> None:
    guard = BufferGuard(tmp_path, boot_id="boot", limits=BufferLimits(cap_bytes=150_000, ballast_bytes=0))
    for meter in range(METERS):
        guard.buffer.channel(f"meter-{meter}", "import", "kWh", "index", 0)
    for number in range(1600):
        guard.append(round_of(number * METERS + 1, grid=number % 15 == 0))
        if number % 20 == 0:
            guard.housekeep(0, clock_is_good=False)
    used, thinned = guard.buffer.used_bytes, guard.buffer.thinned
    cloud = CloudTwin()
    drain(guard, cloud, steps=5000)
    guard.close()

    arrived = {fact[3] for fact in cloud.facts()}
    grid = {value_of(n) for number in range(0, 1600, 15) for n in range(number * METERS + 1, (number + 1) * METERS + 1)}
    (stream,) = cloud.streams.values()
    assert used < 200_000
    assert grid <= arrived
    assert thinned == len(stream.voids) == 1600 * METERS - len(arrived)
    assert 1600 * METERS == stream.seen.prefix


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "when"),
    [
        ("fdatasync", "30..40"),
        ("fdatasync", "31+25"),
        ("fdatasync", "55"),
        ("pwrite64", "30..40"),
        ("pwrite64", "99+150"),
    ],
)
def test_an_error_of_the_disk_is_never_taken_for_success(tmp_path: Path, when: str, call: str) -> None:
    announced, missing = through_errors(tmp_path, call, when, build="whole")

    assert "not committed" in announced or "set aside" in announced, announced[-500:]
    assert 0 == missing, announced[-2000:]


@pytest.mark.slow
def test_control_believing_a_failed_fsync_loses_what_was_acknowledged(tmp_path: Path) -> None:
    _, missing = through_errors(tmp_path, "fdatasync", "30..40", build="believing")
    assert missing


def through_errors(tmp_path: Path, call: str, when: str, *, build: str) -> tuple[str, int]:
    """(what the writer said, readings that it acknowledged and that the cloud lacks) while this call fails."""
    acknowledged = tmp_path / "acknowledged"
    rounds = count(400, 60)
    inject = f"inject={call}:error=EIO:when={when}"
    writer = [sys.executable, str(ROOT / "tests/chaos/edge_writer.py"), str(tmp_path / "data"), str(rounds), "FULL"]
    trace = [need_program("strace"), "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", inject]
    command = [*trace, *writer, str(acknowledged), "no-receipts", build]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    if "ptrace" in done.stderr and not acknowledged.exists():
        pytest.skip("needs the right to trace processes")
    lines = acknowledged.read_text().splitlines() if acknowledged.exists() else []
    highest = max((int(line.split("\t")[2]) for line in lines), default=0)
    assert highest == rounds * METERS, done.stderr[-2000:]

    guard = BufferGuard(tmp_path / "data", boot_id="after")
    salvage_all(guard)
    cloud = CloudTwin()
    drain(guard, cloud, steps=5000)
    guard.close()

    arrived = [fact[3] for fact in cloud.facts()]
    expected = {value_of(n) for n in range(1, highest + 1)}
    assert len(arrived) == len(set(arrived))
    assert set(arrived) <= expected
    assert guard.buffer.lost == len(expected - set(arrived))
    return done.stderr, len(expected - set(arrived))
