"""What goes wrong in a simulated history, and how often."""

import random
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Trouble:
    """How often what goes wrong, per step."""

    kill: float = 0.02
    power_cut: float = 0.02
    reboot: float = 0.3  # of the above: monotonic time starts again and the wall clock is wrong
    damage: float = 0.0
    flips_max: int = 40
    wall_jump: float = 0.05
    disconnect: float = 0.05
    offline_steps: int = 12
    drop: float = 0.2
    duplicate: float = 0.2
    delay_max_ms: int = 15_000
    restore: float = 0.01


def flip_bits(folder: Path, chance: random.Random, flips_max: int) -> None:
    """Damage one file of a buffer."""
    path = chance.choice([path for path in sorted(folder.glob("buffer.db*")) if path.stat().st_size])
    content = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, flips_max)):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
