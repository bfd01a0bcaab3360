"""What the chaos tests of the gateway share: how often, fault tools, readings whose every value is known."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from common.message import Up
from edge_agent.buffer import BufferGuard, BufferSample
from edge_agent.uplink.outbox import UplinkOutbox
from tests.edge_agent.cloud_twin import CloudTwin
from tests.programs import need_program
from tests.shared import need_shared

ROOT = Path(__file__).parents[2]
GATEWAY = "gw-chaos"
METERS = 4
START_MS = 1_790_000_000_000

FULL = os.environ.get("CHAOS") == "full"  # as `make chaos` sets it


def count(full: int, short: int) -> int:
    """How many times."""
    return full if FULL else short


def preload(folder: Path, name: str) -> Path:
    """A fault tool as a library to preload, compiled from the shared sources."""
    source = need_shared("tools", "faults", f"{name}.c")
    library = folder / f"{name}.so"
    command = [need_program("gcc"), "-w", "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return library


def power_cut_model() -> ModuleType:
    path = need_shared("tools", "faults", "power_cut.py")
    spec = importlib.util.spec_from_file_location("power_cut", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the shared folder stays as it is
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def value_of(number: int) -> int:
    """The value of the n-th reading: no two are alike."""
    return number * 7919 + 13


def round_of(first: int, size: int = METERS, *, grid: bool = True) -> list[BufferSample]:
    """One poll round: readings number first, first + 1 ..."""
    return [
        BufferSample(
            channel=n % METERS,
            mono_ms=n * 1000,
            at_ms=START_MS + n * 1000,
            value=value_of(n),
            quality=0,
            time_quality=0,
            grid=grid,
        )
        for n in range(first, first + size)
    ]


def new_keeper(folder: Path, synchronous: str = "FULL") -> BufferGuard:
    guard = BufferGuard(folder, boot_id="boot", synchronous=synchronous)
    for meter in range(METERS):
        guard.buffer.channel(f"meter-{meter}", "import", "kWh", "index", 0)
    return guard


def salvage_all(guard: BufferGuard) -> None:
    while guard.salvage_step():
        pass


def drain(guard: BufferGuard, cloud: CloudTwin, *, steps: int = 1000) -> None:
    """Everything the outbox owes goes to the cloud and every receipt comes back."""
    from common.message import Receipt, Rejection, Topic, read

    outbox = UplinkOutbox(guard, GATEWAY)
    outbox.connected(0.0)
    for step in range(steps):
        message = outbox.next(float(step) / 100)
        if message is None:
            if not guard.salvaging and not any(stream.pending for stream in guard.streams()):
                return
            guard.salvage_step()
            continue
        for topic, payload in cloud.take(str(Topic(GATEWAY, message.kind)), message.payload):
            answer = read(topic, payload)[1]
            if isinstance(answer, Receipt):
                outbox.receipt(answer, float(step) / 100)
            elif isinstance(answer, Rejection):
                outbox.rejection(answer, float(step) / 100)
    raise AssertionError(f"still owed after {steps} steps: {[s.pending for s in guard.streams()]}, {Up.LIVE}")


@contextmanager
def sabotage(patch: pytest.MonkeyPatch, *changes: tuple[str, object]) -> Iterator[None]:
    """A build that is broken on purpose, for as long as the block lasts."""
    with patch.context() as context:
        for target, replacement in changes:
            context.setattr(target, replacement)
        yield


def must_fail(check: Callable[[], object]) -> None:
    """The same check on a broken build has to go red, or it shows nothing."""
    with pytest.raises(Exception):  # noqa: B017  a broken build may fail in any way
        check()
