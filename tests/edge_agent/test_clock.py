"""The agent's clock: only a trusted source moves it."""

from dataclasses import dataclass, field

from common.reading import TimeQuality
from edge_agent.clock import CONFIRMED_FOR_MS, Clock

TRUE_MS = 1_790_000_000_000


@dataclass
class Fake:
    """A machine whose clocks do what the test says."""

    mono_ms: int = 50_000
    wall_ms: int = TRUE_MS
    synchronised: bool = False
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(
            mono=lambda: self.mono_ms, wall=lambda: self.wall_ms / 1000, kernel_synchronised=lambda: self.synchronised
        )

    def wait(self, span_ms: int) -> None:
        self.mono_ms += span_ms
        self.wall_ms += span_ms


def test_without_any_source_the_time_is_unknown() -> None:
    assert TimeQuality.UNKNOWN == Fake(wall_ms=0).clock.quality


def test_a_synchronised_kernel_is_believed_and_followed() -> None:
    fake = Fake(synchronised=True)
    assert (TimeQuality.SYNCHRONISED, TRUE_MS) == (fake.clock.quality, fake.clock.now_ms())

    fake.wall_ms += 500
    fake.clock.watch()
    assert TRUE_MS + 500 == fake.clock.now_ms()


def test_a_wall_clock_set_by_hand_is_not_followed() -> None:
    fake = Fake(synchronised=True)
    fake.synchronised = False  # the kernel says so at any step by hand
    fake.wall_ms += 315_576_000_000
    fake.clock.watch()

    assert TRUE_MS == fake.clock.now_ms()
    assert 0 == fake.clock.steps


def test_the_cloud_sets_a_clock_that_nobody_else_sets() -> None:
    fake = Fake(wall_ms=1000)
    fake.clock.hear_cloud(TRUE_MS)

    assert (TimeQuality.SYNCHRONISED, TRUE_MS, 1) == (fake.clock.quality, fake.clock.now_ms(), fake.clock.steps)


def test_a_receipt_that_took_long_does_not_set_the_clock_back() -> None:
    fake = Fake(wall_ms=1000)
    fake.clock.hear_cloud(TRUE_MS)
    fake.wait(10_000)
    fake.clock.hear_cloud(TRUE_MS + 10_000 - 900)

    assert abs(TRUE_MS + 10_000 - fake.clock.now_ms()) <= 1


def test_an_oscillator_that_runs_fast_is_kept_in_step_by_receipts() -> None:
    fake = Fake(wall_ms=1000)
    true_ms, worst = TRUE_MS, 0
    for _ in range(3 * 24 * 60):  # three days, a receipt each minute, 50 millionths fast
        fake.wait(60_003)
        true_ms += 60_000
        fake.clock.hear_cloud(true_ms - 300)
        worst = max(worst, abs(fake.clock.now_ms() - true_ms))
    assert worst <= 600
    assert 1 == fake.clock.steps


def test_a_wall_clock_that_agrees_with_the_cloud_is_the_finer_one() -> None:
    fake = Fake()
    fake.clock.hear_cloud(TRUE_MS - 800)
    assert (TRUE_MS, TimeQuality.SYNCHRONISED) == (fake.clock.now_ms(), fake.clock.quality)


def test_a_source_that_has_long_been_silent_leaves_the_time_informed() -> None:
    fake = Fake()
    fake.clock.hear_cloud(TRUE_MS)
    fake.wait(CONFIRMED_FOR_MS + 1)
    assert TimeQuality.INFORMED == fake.clock.quality


def test_a_cloud_without_a_clock_is_not_believed() -> None:
    fake = Fake()
    fake.clock.hear_cloud(0)
    assert TimeQuality.UNKNOWN == fake.clock.quality


def test_a_synchronised_kernel_goes_before_the_cloud() -> None:
    fake = Fake(synchronised=True)
    fake.clock.hear_cloud(TRUE_MS + 60_000)

    assert (TRUE_MS, 0) == (fake.clock.now_ms(), fake.clock.steps)
