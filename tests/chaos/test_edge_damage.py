"""Damaged buffer files: the agent always starts, sends no wrong value, and reports exactly what is lost."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import DecodeError
from edge_agent.buffer import BufferGuard, recovery, salvage, store
from tests.chaos.edge_faults import GATEWAY, METERS, count, drain, must_fail, new_keeper, round_of, sabotage, value_of
from tests.edge_agent.cloud_twin import CloudTwin

IMAGES, IMAGES_SHORT = 1000, 55
ROUNDS = 150
RECEIPTED = 100
START_MAX_S = 10.0


def crash_image(folder: Path) -> Path:
    """A buffer as a killed agent leaves it: database, log, companions, part of it receipted; `old` is from before."""
    live, image = folder / "live", folder / "image"
    guard = new_keeper(live)
    for number in range(ROUNDS):
        guard.append(round_of(number * METERS + 1))
        if number == 30:
            guard.buffer.receive(guard.buffer.current, [(1, RECEIPTED)])
        if number == 60:
            shutil.copytree(live, folder / "old")
        if number == 90:
            guard.buffer.checkpoint()
    shutil.copytree(live, image)
    guard.close()
    return image


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(chance.randrange(path.stat().st_size))


def zero_page(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    start = chance.randrange(max(len(content) // 4096, 1)) * 4096
    content[start : start + 4096] = bytes(len(content[start : start + 4096]))
    path.write_bytes(content)


def noise(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    start = chance.randrange(len(content))
    content[start : start + 300] = chance.randbytes(len(content[start : start + 300]))
    path.write_bytes(content)


def remove(path: Path, _chance: random.Random) -> None:
    path.unlink()


def from_before(path: Path, _chance: random.Random) -> None:
    shutil.copy(path.parent.parent / "old" / path.name, path)


DAMAGES: list[tuple[Callable[[Path, random.Random], None], str]] = [
    *((how, "buffer.db") for how in (flip, flip, cut, zero_page, noise, remove, from_before)),
    *((how, "buffer.db-wal") for how in (flip, cut, zero_page, noise, remove, from_before)),
    (flip, "buffer.mark"),
    (flip, "buffer.catalog"),
]


def start_after(damage: Callable[[Path, random.Random], None], name: str, folder: Path, seed: int) -> str:
    """Damage a copy of the image, start on it, drain it; what is wrong with the outcome ("": nothing)."""
    copy = folder / "image-copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder / "image", copy)
    damage(copy / name, random.Random(seed))

    started = time.process_time()
    guard = BufferGuard(copy, boot_id="after")
    guard.append(round_of(10**6))
    took = time.process_time() - started
    cloud = CloudTwin()
    try:
        drain(guard, cloud)
    except DecodeError as error:
        return f"the cloud could not read: {error}"
    lost = guard.buffer.lost
    guard.close()
    return verdict(cloud, lost, took)


def verdict(cloud: CloudTwin, lost: int, took_s: float) -> str:
    expected = {value_of(n) for n in range(RECEIPTED + 1, ROUNDS * METERS + 1)}
    fresh = {value_of(n) for n in range(10**6, 10**6 + METERS)}
    older = {value_of(n) for n in range(1, RECEIPTED + 1)}
    arrived = [fact[3] for fact in cloud.facts()]
    problems = {
        "a wrong value": not set(arrived) <= expected | fresh | older,
        "a value twice": len(arrived) != len(set(arrived)),
        "the new round is missing": not fresh <= set(arrived),
        f"loss reported {lost}, true {len(expected - set(arrived))}": lost != len(expected - set(arrived)),
        f"conflicts {cloud.conflicts[:1]}": bool(cloud.conflicts or cloud.quarantine),
        f"took {took_s:.1f} s": took_s > START_MAX_S,
    }
    return ", ".join(problem for problem, true in problems.items() if true)


def check_images(folder: Path, images: int) -> None:
    wrong = []
    for number in range(images):
        damage, name = DAMAGES[number % len(DAMAGES)]
        problem = start_after(damage, name, folder, number)
        if problem:
            wrong.append(f"image {number}, {damage.__name__} {name}: {problem}")
    assert [] == wrong


@pytest.mark.slow
def test_every_damaged_file_starts_and_its_loss_is_what_is_reported(tmp_path: Path) -> None:
    crash_image(tmp_path)
    check_images(tmp_path, count(IMAGES, IMAGES_SHORT))


@pytest.mark.slow
def test_control_without_row_checksums_wrong_values_get_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_epoch: int, _row: object) -> int:
        return 0

    with sabotage(monkeypatch, (f"{store.__name__}.checksum", none), (f"{salvage.__name__}.checksum", none)):
        crash_image(tmp_path)
        must_fail(lambda: check_images(tmp_path, 90))


@pytest.mark.slow
def test_control_without_epochs_a_new_file_collides_with_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sabotage(
        monkeypatch, (f"{store.__name__}.new_epoch", lambda: 1), (f"{recovery.__name__}.new_epoch", lambda: 1)
    ):
        crash_image(tmp_path)
        must_fail(lambda: check_images(tmp_path, 30))


@pytest.mark.slow
def test_control_a_loss_that_is_not_reported_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_image(tmp_path)
    with sabotage(monkeypatch, (f"{store.__name__}.Buffer.lost", 0)):
        must_fail(lambda: check_images(tmp_path, 30))


def test_an_old_copy_of_the_whole_folder_begins_a_new_epoch(tmp_path: Path) -> None:
    """A restored SD card: the cloud has more of the stream than the buffer does."""
    guard = new_keeper(tmp_path / "card")
    guard.append(round_of(1))
    guard.close()
    shutil.copytree(tmp_path / "card", tmp_path / "backup")
    cloud = CloudTwin()
    guard = BufferGuard(tmp_path / "card", boot_id="boot")
    guard.append(round_of(5))
    drain(guard, cloud)
    guard.close()

    restored = BufferGuard(tmp_path / "backup", boot_id="boot")
    drain(restored, cloud)
    restored.append(round_of(9))
    drain(restored, cloud)
    restored.close()

    assert 2 == len(cloud.streams)
    assert [] == cloud.conflicts
    assert {value_of(n) for n in range(1, 13)} == {fact[3] for fact in cloud.facts()}
    assert {GATEWAY} == {gateway for gateway, _ in cloud.streams}
