"""A whole gateway, its disk, its clocks, the network and the cloud in one process, driven by one seed.

The buffer, the clock and the outbox are the product's own; time, crashes, the broker and what it does to messages are
not real. The same seed gives the same history.
"""

import heapq
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from common.errors import EnergyError
from common.message import Receipt, Rejection, Status, Topic, Up, encode, read
from common.reading import TimeQuality
from edge_agent.buffer import BufferGuard, BufferSample
from edge_agent.buffer.guard import BufferLimits
from edge_agent.clock import Clock
from edge_agent.uplink.outbox import UplinkOutbox
from tests.chaos.edge_ingest import IngestCloud
from tests.chaos.edge_trouble import Trouble, flip_bits
from tests.chaos.edge_verdict import missing_and_doubled, wrong_times
from tests.edge_agent.cloud_twin import CloudTwin

GATEWAY = "gw-sim"
METERS = 3
STEP_MS = 10_000
TRUE_START_MS = 1_790_000_000_000
LIMITS = BufferLimits(ballast_bytes=0)
TOLERANCE_MS = 2500  # the clock's own tolerance, what a receipt took, and the rounding to tenths
LATE_MS = 800  # a receipt is under way for some time
SETTLE_STEPS = 600
DAY_MS = 86_400_000
QUIET_STEPS = 15  # more than a minute: a gateway notices a restored cloud within that


@dataclass
class Life:
    """What dies with the process."""

    guard: BufferGuard
    clock: Clock
    outbox: UplinkOutbox


@dataclass
class World:
    """One history. `play` it, then `verdict` says what is wrong with its outcome."""

    folder: Path
    seed: int
    trouble: Trouble = field(default_factory=Trouble)
    synchronous: str = "FULL"
    outbox_type: type[UplinkOutbox] = UplinkOutbox
    kernel: Callable[[], bool] = lambda: False
    cloud: CloudTwin | IngestCloud = field(default_factory=CloudTwin)
    settle_steps: int = SETTLE_STEPS

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.true_ms = TRUE_START_MS
        self.boot_ms = TRUE_START_MS - 60_000
        self.wall_error_ms = self.chance.choice((0, 0, -TRUE_START_MS, 40_000))
        self.boots = 1
        self.lives = 0
        self.home = self.folder / "life-0"
        self.network: list[tuple[int, int, str, bytes]] = []
        self.sent = 0
        self.connected = False
        self.offline_until = 0
        self.counter = 0
        self.taken_at: dict[int, int] = {}  # value -> true time of every reading that was served
        self.committed: set[int] = set()
        self.damaged = False
        self.rounds_unmarked = 0
        self.events: list[str] = []
        self.life = self._start()

    # lives and deaths

    def _start(self) -> Life:
        boot = f"boot-{self.boots}"
        guard = BufferGuard(self.home, boot_id=boot, limits=LIMITS, synchronous=self.synchronous, clock_s=self._mono_s)
        for meter in range(METERS):
            guard.buffer.channel(f"meter-{meter}", "import", "kWh", "index", 0)
        clock = Clock(mono=self._mono, wall=self._wall_s, kernel_synchronised=self.kernel)
        outbox = self.outbox_type(guard, GATEWAY)
        self.connected = False
        self.synced_log = self._log()
        self.synced_mark = self._mark()
        return Life(guard, clock, outbox)

    def _mono(self) -> int:
        return self.true_ms - self.boot_ms

    def _mono_s(self) -> float:
        return self._mono() / 1000

    def _wall_s(self) -> float:
        return (self.true_ms + self.wall_error_ms) / 1000

    def _log(self) -> bytes:
        path = self.home / "buffer.db-wal"
        return path.read_bytes() if path.exists() else b""

    def _mark(self) -> bytes:
        return (self.home / "buffer.mark").read_bytes()

    def die(self, *, power: bool) -> None:
        """End the process where it stands; with the power also goes what no fsync has confirmed."""
        self.lives += 1
        after = self.folder / f"life-{self.lives}"
        shutil.copytree(self.home, after)
        self.life.guard.close()
        shutil.rmtree(self.home)
        self.home = after
        if power:
            if self.synced_log:
                (after / "buffer.db-wal").write_bytes(self.synced_log)
            if self.chance.random() < 0.5:
                (after / "buffer.mark").write_bytes(self.synced_mark)
        if power or self.chance.random() < self.trouble.reboot:
            self.boots += 1
            self.boot_ms = self.true_ms
            self.wall_error_ms = self.chance.choice((-TRUE_START_MS, -86_400_000, 0, 3_600_000))
        if self.chance.random() < self.trouble.damage:
            flip_bits(after, self.chance, self.trouble.flips_max)
            self.damaged = True
            self.rounds_unmarked += power  # the mark is synced each round only, so the last one may be forgotten
        self.events.append(f"{'power cut' if power else 'kill'} at step {self.counter // METERS}")
        self.life = self._start()

    # one step

    def step(self, *, calm: bool = False) -> None:
        """Ten seconds: poll, send, deliver, and whatever goes wrong."""
        self.true_ms += STEP_MS
        self._poll()
        self._housekeeping()
        self._connect(calm=calm)
        self._send()
        self._deliver(calm=calm)
        if not calm:
            self._trouble()

    def _poll(self) -> None:
        clock = self.life.clock
        clock.watch()
        samples = []
        for meter in range(METERS):
            self.counter += 1
            value = self.counter * 1009
            self.taken_at[value] = self.true_ms
            at_ms = clock.now_ms()
            samples.append(BufferSample(meter, clock.mono(), at_ms - at_ms % 100, value, 0, clock.quality, grid=True))
        try:
            self.life.guard.append(samples)
        except EnergyError as error:
            self.events.append(f"not committed: {error}")
            return
        self.committed |= {sample.value for sample in samples}
        if self.life.guard.buffer.connection.execute("PRAGMA synchronous").fetchone()[0] >= 2:
            self.synced_log = self._log()

    def _housekeeping(self) -> None:
        guard, clock = self.life.guard, self.life.clock
        if clock.quality != TimeQuality.UNKNOWN:
            guard.do(lambda buffer: buffer.date_boot(clock.offset_ms))
        guard.housekeep(clock.now_ms(), clock_is_good=clock.quality == TimeQuality.SYNCHRONISED)
        self.synced_log = self._log() if self.synchronous == "FULL" else self.synced_log
        self.synced_mark = self._mark()  # housekeeping syncs it every ten seconds

    def _connect(self, *, calm: bool) -> None:
        if calm:
            self.offline_until = 0
        if self.connected or self.counter < self.offline_until:
            return
        self.connected = True
        self.life.outbox.connected(self._mono_s())
        self._tell()

    def _tell(self) -> None:
        """What the gateway holds receipts for."""
        self.life.outbox.restored = False
        streams = tuple((s.epoch, s.done.prefix) for s in self.life.guard.buffer.streams.values())
        self._post(str(Topic(GATEWAY, Up.STATUS)), encode(Status("online", streams=streams)))

    def _send(self) -> None:
        if self.connected and self.life.outbox.restored:
            self._tell()
        for _ in range(20):
            message = self.life.outbox.next(self._mono_s()) if self.connected else None
            if message is None:
                return
            self._post(str(Topic(GATEWAY, message.kind)), message.payload)

    def _deliver(self, *, calm: bool) -> None:
        for _ in range(400):
            if not self.network or self.network[0][0] > self.true_ms:
                return
            _, _, topic, payload = heapq.heappop(self.network)
            if not calm and self._mishap(topic, payload):
                continue
            if "/down/" in topic:
                self._hear(topic, payload)
                continue
            self.cloud.now_ms = self.true_ms - self.chance.randrange(LATE_MS)
            for answer in self._answers(topic, payload):
                self._post(*answer)

    def _post(self, topic: str, payload: bytes) -> None:
        self.sent += 1
        heapq.heappush(self.network, (self.true_ms, self.sent, topic, payload))

    def _mishap(self, topic: str, payload: bytes) -> bool:
        """Whether this message is lost or comes later; it may also come twice."""
        fate = self.chance.random()
        if fate < self.trouble.drop:
            return True
        if fate < self.trouble.drop + self.trouble.duplicate:
            self._later(topic, payload)
            return False
        if fate < self.trouble.drop + 2 * self.trouble.duplicate:
            self._later(topic, payload)
            return True
        return False

    def _later(self, topic: str, payload: bytes) -> None:
        if "/down/" in topic:
            return  # a clean session: what was for an earlier connection does not come later
        self.sent += 1
        due_ms = self.true_ms + self.chance.randrange(1, self.trouble.delay_max_ms)
        heapq.heappush(self.network, (due_ms, self.sent, topic, payload))

    def _answers(self, topic: str, payload: bytes) -> list[tuple[str, bytes]]:
        answers = list(self.cloud.take(topic, payload))
        message = read(topic, payload)[1]
        if isinstance(message, Status):
            answers += self.cloud.compare(GATEWAY, message)
        return answers

    def _hear(self, topic: str, payload: bytes) -> None:
        if not self.connected:
            return
        message = read(topic, payload)[1]
        if isinstance(message, Receipt):
            self.life.clock.hear_cloud(message.now_ms)
            clock = self.life.clock
            self.life.guard.do(lambda buffer: buffer.date_boot(clock.offset_ms))
            self.life.outbox.receipt(message, self._mono_s())
        elif isinstance(message, Rejection):
            self.life.outbox.rejection(message, self._mono_s())

    def _trouble(self) -> None:
        luck = self.chance.random
        if luck() < self.trouble.wall_jump:
            self.wall_error_ms += self.chance.choice((-7_200_000, 3_600_000, 315_576_000_000, -60_000))
        if luck() < self.trouble.disconnect:
            self.connected = False
            self.offline_until = self.counter + METERS * self.chance.randrange(1, self.trouble.offline_steps)
        if luck() < self.trouble.restore:
            self.cloud.restore()
            self.events.append(f"cloud restored at step {self.counter // METERS}")
        elif luck() < self.trouble.restore * 3:
            self.cloud.back_up()
        if luck() < self.trouble.power_cut:
            self.die(power=True)
        elif luck() < self.trouble.kill:
            self.die(power=False)

    # the outcome

    def play(self, steps: int) -> "World":
        """Trouble for some steps, then calm until nothing is owed."""
        for _ in range(steps):
            self.step()
        self.connected = False
        quiet = 0
        for _ in range(self.settle_steps):
            self.step(calm=True)
            owed = sum(stream.pending for stream in self.life.guard.buffer.streams.values())
            quiet = quiet + 1 if not owed and not self.network and not self.life.guard.salvaging else 0
            if quiet > QUIET_STEPS:
                break
        self.life.guard.close()
        return self

    def verdict(self) -> list[str]:
        """Everything that is wrong; empty when the promises were kept."""
        allowed = self.cloud.given_up() + self.rounds_unmarked * METERS if self.damaged else 0
        return [
            *self.cloud.conflicts[:2],
            *self.cloud.quarantine[:2],
            *missing_and_doubled(self.cloud, self.committed, set(self.taken_at), allowed),
            *wrong_times(self.cloud, self.taken_at, TOLERANCE_MS, TRUE_START_MS - DAY_MS),
        ]
