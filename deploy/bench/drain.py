"""30 days offline of 20 meters at 1/min: how fast the agent drains 864,000 readings, at what memory and live lag.

Real agent process, real MQTT 5 broker, a cloud twin that gives receipts. `make bench-drain`; `--rows N` for less.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from edge_agent.buffer import BufferGuard, BufferSample
from edge_agent.clock import boot_id, mono_ms
from tests.edge_agent.cloud_twin import CloudTwin
from tests.edge_agent.machine import AgentProcess, agent, broker, listening, write_site

METERS = 20
ROWS = 864_000
CHUNK_ROWS = 10_000
MINUTES_MAX, RSS_MAX_MIB, LAG_MAX_S, FILE_MAX_MB = 10, 80, 60, 150


def fill(folder: Path, rows: int) -> float:
    """A buffer with a month of readings; its size in MB."""
    guard = BufferGuard(folder, boot_id=boot_id())
    channels = [
        guard.buffer.channel(f"meter-{n + 1}", "energy_import_total", "kWh", "index", n * 10**6) for n in range(METERS)
    ]
    rounds = rows // METERS
    start_ms = int(time.time() * 1000) - rounds * 60_000
    batch: list[BufferSample] = []
    chance = random.Random(1)
    values = [number * 10**6 for number in range(METERS)]
    for number in range(rounds):
        at_ms = start_ms + number * 60_000
        for channel in channels:
            values[channel] += chance.randrange(40)
            grid = number % 15 == 0
            batch.append(BufferSample(channel, mono_ms(), at_ms + channel // 2 * 100, values[channel], 0, 0, grid))
        if len(batch) >= CHUNK_ROWS or number == rounds - 1:
            guard.append(batch)
            batch = []
    guard.close()
    return (folder / "buffer.db").stat().st_size / 1e6


async def drain(folder: Path, rows: int) -> int:
    size = fill(folder / "data", rows)
    print(f"{rows:,} readings of {METERS} meters wait in {size:.1f} MB ({size * 1e6 / rows:.0f} bytes each)")
    cloud = CloudTwin(credit=20_000)
    with broker(folder) as mqtt:
        site = write_site(
            folder, broker_port=mqtt.port, meters=METERS, interval_s=1, registers=("energy_import_total",)
        )
        async with listening(cloud, mqtt.port):
            started = time.monotonic()
            with agent(site) as edge:
                took, rss, lag = await _watch(edge, cloud, rows, started)
                await asyncio.to_thread(edge.stop)
    total = sum(len(stream.rows) for stream in cloud.streams.values())
    print(f"drained in {took:.1f} s of at most {MINUTES_MAX * 60} ({rows / took:,.0f} readings/s)")
    print(f"agent at most {rss:.1f} MiB RSS of at most {RSS_MAX_MIB}; live lag at most {lag:.1f} s of {LAG_MAX_S}")
    print(f"{cloud.received_bytes / total:.2f} bytes a reading; {cloud.duplicates} sent twice of {total:,}")
    bad = [*cloud.conflicts, *cloud.quarantine]
    fine = took <= MINUTES_MAX * 60 and rss <= RSS_MAX_MIB and lag <= LAG_MAX_S and size <= FILE_MAX_MB and not bad
    if not fine:
        print("NOT within the limits", *bad[:3])
    return 0 if fine else 1


async def _watch(edge: AgentProcess, cloud: CloudTwin, rows: int, started: float) -> tuple[float, float, float]:
    """Until everything is there: seconds, highest RSS, longest lag of the live lane, its first reading included."""
    rss = lag = 0.0
    started_at = time.time()
    while True:
        await asyncio.sleep(0.1)
        seen = next((stream.seen for stream in cloud.streams.values()), None)
        rss = max(rss, edge.rss_mib())
        lag = max(lag, time.time() - max(cloud.latest_live_ms / 1000, started_at))
        if seen and seen.prefix >= rows:
            return time.monotonic() - started, rss, lag
        if time.monotonic() - started > MINUTES_MAX * 60 or edge.process.poll() is not None:
            return float("inf"), rss, lag


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    folder = Path(tempfile.mkdtemp(prefix="energy-drain-"))
    try:
        return asyncio.run(drain(folder, parser.parse_args().rows))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
