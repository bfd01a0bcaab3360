"""A terminal as somebody has who has installed the product: PATH knows it, nothing else is set."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
STOPS_WITHIN_S = 90


@contextmanager
def left_running(lines: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The lines of a block, one after the other; the last one goes on running until it is told to stop."""
    *before, last = lines.strip().splitlines()
    process = subprocess.Popen(
        ["bash", "-ec", "\n".join([*before, f"exec {last}"])], cwd=folder, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=STOPS_WITHIN_S)


def said_until(process: "subprocess.Popen[str]", words: str) -> str:
    """The line with these words; whatever stood before it is passed over."""
    assert process.stdout
    for line in process.stdout:
        if words in line:
            return line.strip()
    raise AssertionError(f"it ended before it said {words!r}")


def folder_of(process: "subprocess.Popen[str]") -> Path:
    """Where it has gone to."""
    return Path(f"/proc/{process.pid}/cwd").readlink()


def run_line(line: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """One line, typed in a folder."""
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
