"""The slots of a worker's process: each queue has its own, so that none waits for what another one does.

A relay that hangs keeps letters waiting, a long run other runs, a large sheet other sheets: readings are made into
days, balances looked at and calendars kept meanwhile.
"""

import asyncio
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import procrastinate

RUNS, LETTERS, DAYS, BALANCES, ROWS, TIMED = "runs", "deliver", "validate", "prepaid", "batches", "default"
SLOTS: Mapping[str, int] = {RUNS: 2, LETTERS: 2, DAYS: 1, BALANCES: 1, ROWS: 1, TIMED: 1}
JOBS_AT_ONCE = sum(SLOTS.values())
SPARE = 4


def run_slots(app: procrastinate.App, slots: Mapping[str, int] = SLOTS) -> None:
    """Work until SIGINT or SIGTERM; jobs that have begun are finished. If the slots of one queue end, all do."""
    asyncio.run(_work(app, slots))


async def _work(app: procrastinate.App, slots: Mapping[str, int]) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(sum(slots.values()) + SPARE, thread_name_prefix="job"))
    async with app.open_async():
        working = [
            asyncio.create_task(
                app.run_worker_async(
                    queues=[queue], name=queue, concurrency=count, delete_jobs="never", install_signal_handlers=False
                )
            )
            for queue, count in slots.items()
        ]
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*working, stopping], return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in working if task.done()]  # what ends by itself has failed
        for task in (stopping, *working):
            task.cancel()  # once: it waits for the jobs that have begun, and a second time would not
        await asyncio.gather(*working, return_exceptions=True)
    for task in ended:
        if error := task.exception():
            raise error
