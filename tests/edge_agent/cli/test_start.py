"""The command line answers at once: a small gateway waits for every import."""

import resource
import subprocess
import sys

import pytest

from edge_agent.__main__ import COMMANDS

HEAVY = ("pymodbus", "aiomqtt", "serial", "sqlite3", "ssl", "asyncio", "edge_agent.drivers", "common.profile")
HELP_MAX_S = 0.2


def test_help_imports_nothing_heavy() -> None:
    script = "import sys; import edge_agent.__main__; print([name for name in sys.argv[1:] if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script, *HEAVY], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def cpu_s() -> float:
    """Processor time of all commands so far: the machine may be busy with other tests."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_answers_well_under_a_fifth_of_a_second() -> None:
    took_s = []
    for _ in range(5):
        before = cpu_s()
        subprocess.run([sys.executable, "-m", "edge_agent", "--help"], capture_output=True, check=True)
        took_s.append(cpu_s() - before)

    print(f"energy-edge --help: {min(took_s) * 1000:.0f} ms")
    assert min(took_s) < HELP_MAX_S


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_table_is_there_and_explains_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent", command, "--help"], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert "Usage" in done.stdout
