"""`make bench-ingest`: published message to commit and receipt, against a plain COPY of the same rows in the same run.

Prints, and leaves in `.energy/bench/ingest.json`: rows/s of plain COPY, of one subscriber and of two, free and with
each subscriber and its backend held on a core of its own; where the processor time went; memory of a subscriber over
many rows; validation; and how a fleet of simulated gateways fares that connects at once.
Set ROWS (default 4,000,000), GATEWAYS (2,000) and LONG_ROWS (10,000,000, as promised) for other sizes.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg

from cloud_service.store.metering import readings as evidence
from common.message import Codec
from deploy.bench import validation
from deploy.bench.courier import Courier, load
from deploy.bench.rig import Rig, seed
from deploy.bench.spent import Spent
from deploy.bench.traffic import BATCH, FIRST_MS, SENDERS, add_channels, copy_blocks, senders

TURN = SENDERS * BATCH  # a batch of each sender
ROWS = int(os.environ.get("ROWS", "4000000")) // TURN * TURN
LONG_ROWS = int(os.environ.get("LONG_ROWS", "10000000"))
FLEET = int(os.environ.get("GATEWAYS", "2000"))
ROUND_ROWS = 5 * TURN  # of the long run: so much waits at once in the gateways
FLEET_EPOCH, LONG_EPOCH = 99, 9
PATIENCE: dict[str, Any] = {"keepalive_s": 30, "timeout_s": 20.0}  # as the agent has it


def main() -> None:
    """Run everything; a line for each figure."""
    figures: dict[str, Any] = {"rows": ROWS, "cores": os.cpu_count()}
    logging.disable()  # two thousand clients in one process have much to tell when a connection fails
    with (
        tempfile.TemporaryDirectory(prefix="energy-bench-", ignore_cleanup_errors=True) as folder,
        Rig(Path(folder)) as rig,
    ):
        rig.start_postgres()
        rig.migrate()
        seed(rig.database_url, gateways=max(SENDERS, FLEET), channels=1)
        add_channels(rig.database_url)
        rig.start_broker()
        speed(rig, figures)
        say(figures, "validation", validation.in_memory())
        say(figures, "memory", memory(rig))
        say(figures, "fleet", fleet(rig))
    target = Path(".energy/bench")
    target.mkdir(parents=True, exist_ok=True)
    (target / "ingest.json").write_text(json.dumps(figures, indent=2) + "\n")


def say(figures: dict[str, Any], name: str, value: Any) -> None:
    """A figure, or several, for the eye and for the file."""
    figures[name] = value
    labelled = value if isinstance(value, dict) else {"": value}
    for label, figure in labelled.items():
        text = f"{figure:,}" if isinstance(figure, int | float) else in_words(figure)
        sys.stdout.write(f"{f'{name} {label}'.replace('_', ' '):52} {text:>16}\n")
    sys.stdout.flush()


def in_words(value: Any) -> str:
    """Several figures on one line."""
    return ", ".join(f"{name} {figure}" for name, figure in value.items()) if isinstance(value, dict) else str(value)


def speed(rig: Rig, figures: dict[str, Any]) -> None:
    """One subscriber and two beside plain COPY: first as they come, then each held on a core of its own."""
    blocks = copy_blocks(ROWS, register_ids(rig))
    copies = [plain_copy(rig, blocks)]
    say(figures, "plain_copy_rows_s", copies[0])
    for epoch, name in enumerate(("one", "two", "one_on_one_core", "two_on_two_cores"), start=1):
        count = 1 if name.startswith("one") else 2
        say(figures, name, delivered(rig, subscribers=count, epoch=epoch, held="core" in name))
        if epoch == 1:  # later epochs lie on other days, and all the days between would be made too
            say(figures, "validation_of_stored", validation.stored(rig.database_url))
        if epoch % 2 == 0:
            copies.append(plain_copy(rig, blocks))
            say(figures, "plain_copy_again_rows_s", copies[-1])
    say(figures, "one_of_copy", round(figures["one"]["rows_s"] * len(copies) / sum(copies), 2))
    say(figures, "two_to_one", round(figures["two"]["rows_s"] / figures["one"]["rows_s"], 2))
    say(
        figures,
        "two_to_one_held",
        round(figures["two_on_two_cores"]["rows_s"] / figures["one_on_one_core"]["rows_s"], 2),
    )
    say(figures, "two_to_one_by_processor_time", by_processor_time(figures["one"], figures["two"]))


def by_processor_time(single: dict[str, Any], pair: dict[str, Any]) -> float:
    """Two to one if nobody else used two cores: one has a core to itself then, two share both with all the rest.

    Waiting for locks is not in it: `backends` of each run says how much of that there was.
    """
    alone = single["cpu_s_per_million"]["subscribers"] + single["cpu_s_per_million"]["backends"]
    together = sum(taken for program, taken in pair["cpu_s_per_million"].items() if program != "other")
    return float(round(2 * alone / together, 2))


def register_ids(rig: Rig) -> dict[str, int]:
    """Ids by the meter's name."""
    with psycopg.connect(rig.database_url) as connection:
        rows = connection.execute("SELECT t.name, r.id FROM register r JOIN meter t ON t.id = r.meter_id").fetchall()
    return {row[0]: row[1] for row in rows}


def plain_copy(rig: Rig, blocks: Sequence[bytes]) -> int:
    """Rows/s of COPY alone: the finished binary block of each batch into a table with the same columns and key."""
    with psycopg.connect(rig.database_url) as connection:
        connection.execute("DROP TABLE IF EXISTS plain_reading")
        connection.execute("CREATE TABLE plain_reading (LIKE reading INCLUDING ALL)")
        connection.commit()
        copy = evidence.COPY.replace("reading", "plain_reading", 1)
        started = time.perf_counter()
        for block in blocks:
            with connection.cursor().copy(copy) as pipe:
                pipe.write(block)
            connection.commit()
        return round(ROWS / (time.perf_counter() - started))


def delivered(rig: Rig, *, subscribers: int, epoch: int, held: bool = False) -> dict[str, Any]:
    """Rows/s from the first publication to the last receipt, and where the time went."""
    names = [f"subscriber-{number}" for number in range(subscribers)]
    for name in names:
        rig.start_subscriber(name)
    for core, name in enumerate(names):
        rig.until_working(name)
        if held:
            hold(rig, name, core)
    fleet = senders(epoch)
    for _ in names:  # everybody has seen every gateway before the clock starts
        deliver([sender.courier(rig.port, BATCH) for sender in fleet], rig, names)
    couriers = [sender.courier(rig.port, ROWS // SENDERS) for sender in fleet]
    with Spent(rig) as spent:
        deliver(couriers, rig, names)
    for name in names:
        rig.terminate(name)
    return {"rows_s": round(ROWS / spent.wall_s), **spent.figures(ROWS)}


def deliver(couriers: Sequence[Courier], rig: Rig, names: Sequence[str], deadline_s: float = 600) -> None:
    """All gateways deliver at once; RuntimeError if not everything has its receipt in time."""

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(courier.deliver(deadline_s) for courier in couriers))

    if not all(asyncio.run(all_of_them())):
        raise RuntimeError("not everything was delivered:\n" + "".join(rig.log(name)[-2000:] for name in names))


def hold(rig: Rig, name: str, core: int) -> None:
    """Let a subscriber and its backends run on one core only."""
    with psycopg.connect(rig.database_url) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", (name,)).fetchall()
    threads = [thread.id for thread in psutil.Process(rig.processes[name].pid).threads()]
    for thread in (*threads, *(row[0] for row in rows)):
        os.sched_setaffinity(thread, {core})


def memory(rig: Rig) -> dict[str, Any]:
    """A subscriber's memory while many rows pass through it, after each tenth of them; and at its highest."""
    name = "subscriber-long"
    rig.start_subscriber(name)
    rig.until_working(name)
    process = psutil.Process(rig.processes[name].pid)
    fleet, sizes, sent = senders(LONG_EPOCH), [], 0
    while sent < LONG_ROWS:
        deliver([sender.courier(rig.port, ROUND_ROWS // SENDERS) for sender in fleet], rig, [name])
        sent += ROUND_ROWS
        sizes.append(process.memory_info().rss // 1024**2)
    highest = next(line.split()[1] for line in status(process) if line.startswith("VmHWM"))
    rig.terminate(name)
    with psycopg.connect(rig.database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM reading r JOIN stream s ON s.id = r.source WHERE s.epoch = %s", (str(LONG_EPOCH),)
        ).fetchone()
    tenths = [sizes[max(0, len(sizes) * n // 10 - 1)] for n in range(1, 11)]
    return {"rows": sent, "stored": row[0] if row else 0, "mib": tenths, "highest_mib": int(highest) // 1024}


def status(process: psutil.Process) -> list[str]:
    """What the kernel says of a process."""
    return Path(f"/proc/{process.pid}/status").read_text().splitlines()


def fleet(rig: Rig) -> dict[str, Any]:
    """Gateways that connect all at once, each with a backlog: until each has all its receipts."""
    rig.start_subscriber("subscriber-fleet")
    rig.until_working("subscriber-fleet")
    couriers = []
    for number in range(FLEET):
        courier = Courier(f"g{number}", rig.port, epoch=FLEET_EPOCH, resend_s=20, jitter_s=5, **PATIENCE)
        codec = Codec(courier.gateway, courier.catalog)
        minutes = [range(60 * n, 60 * n + 60) for n in range(2)]
        courier.hold([load(codec, 1 + block[0], [(0, FIRST_MS + m * 60_000, m) for m in block]) for block in minutes])
        couriers.append(courier)
    with Spent(rig) as spent:
        deliver(couriers, rig, ["subscriber-fleet"], 300)
    with psycopg.connect(rig.database_url) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT (r.source, r.sequence)) FROM reading r JOIN stream s ON s.id = r.source"
            " WHERE s.epoch = %s",
            (str(FLEET_EPOCH),),
        ).fetchone()
    rig.terminate("subscriber-fleet")
    stored, different = row or (0, 0)
    return {
        "gateways": FLEET,
        "recovered_s": round(spent.wall_s, 1),
        "connects": sum(courier.connects for courier in couriers),
        "lost": FLEET * 120 - different,
        "doubled": stored - different,
    }


if __name__ == "__main__":
    main()
