"""What a subscriber says of itself in a file every few seconds, and the watchdog that ends a process which hangs."""

import asyncio
import json
import logging
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cloud_service.flow.ingest import IngestOutcome

HEARTBEAT_S = 2.0
STUCK_S = 180.0

log = logging.getLogger("subscriber")


@dataclass(slots=True)
class SubscriberState:
    """What the heartbeat tells."""

    state: str = "starting"  # connecting, working, database_away, stopping
    messages: int = 0
    stored: int = 0
    repeated: int = 0
    refused: int = 0
    conflicts: int = 0
    dropped: int = 0
    last_message_at: float = 0.0
    last_commit_at: float = 0.0
    at: float = field(default_factory=time.time)
    alive_s: float = field(default_factory=time.monotonic)  # when the loop last came round

    def beat(self) -> None:
        """The loop works."""
        self.at, self.alive_s = time.time(), time.monotonic()

    def count(self, outcome: IngestOutcome, messages: int) -> None:
        """Add what a commit brought."""
        self.messages += messages
        self.stored += outcome.stored
        self.repeated += outcome.repeated
        self.refused += outcome.refused
        self.conflicts += outcome.conflicts
        self.last_commit_at = time.time()


class Heartbeat:
    """Writes the state to a file; ends the process where its loop hangs."""

    def __init__(self, state: SubscriberState, file: Path | None) -> None:
        self.state = state
        self.file = file
        self.stopping = False

    async def run(self) -> None:
        """Write the heartbeat; end the process where the loop hangs (a task cannot tell, so a thread does)."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        while True:
            self.write()
            await asyncio.sleep(HEARTBEAT_S)

    def _watch(self) -> None:
        while not self.stopping:
            time.sleep(HEARTBEAT_S)
            if time.monotonic() - self.state.alive_s > STUCK_S:
                sys.stderr.write(f"subscriber: no progress for {STUCK_S:g} s, ending so that it is started again\n")
                os._exit(70)

    def write(self) -> None:
        """Write the state down, whole or not at all."""
        if not self.file:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self.file.with_suffix(f".{os.getpid()}.part")
            unfinished.write_text(json.dumps({"pid": os.getpid(), **asdict(self.state)}))
            unfinished.replace(self.file)
        except OSError as error:
            log.warning("heartbeat: %s", error)
