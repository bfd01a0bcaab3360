"""What is wrong with a port before anybody speaks over it: device, rights, owner, adapter; and what mends it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_agent.transports.port import Port

SYS_TTY = Path("/sys/class/tty")
LATENCY_MAX_MS = 4


@dataclass(frozen=True, slots=True)
class LineFinding:
    """One thing that was looked at: what it is, whether it is well, what was found and the command that mends it."""

    name: str
    ok: bool
    found: str
    hint: str = ""


def check_port(port: Port, *, sys_tty: Path = SYS_TTY) -> Iterator[LineFinding]:
    """Findings about a serial device; nothing for ports without one."""
    if port.scheme not in ("serial", "modem"):
        return
    device = Path(port.device)
    if not device.exists():
        others = ", ".join(str(path) for path in sorted(Path("/dev/serial/by-id").glob("*"))) or "none"
        hint = f"is the adapter plugged in? serial devices here: {others}"
        yield LineFinding("port", ok=False, found=f"{device} does not exist", hint=hint)
        return
    yield _rights(device)
    yield from _adapter(device, sys_tty)


def _rights(device: Path) -> LineFinding:
    """Whether we may open it and nobody else holds it."""
    try:
        handle = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except PermissionError:
        hint = "sudo usermod -aG dialout $USER, then sign in again"
        return LineFinding("port", ok=False, found=f"no right to open {device}", hint=hint)
    except OSError as error:
        hint = f"fuser -v {device} shows who holds it" if error.errno == errno.EBUSY else "another device name?"
        return LineFinding("port", ok=False, found=f"{device}: {error.strerror}", hint=hint)
    try:
        if not os.isatty(handle):
            return LineFinding("port", ok=False, found=f"{device} is no serial device", hint="ls -l /dev/serial/by-id")
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return LineFinding(
            "port", ok=False, found=f"another program holds {device}", hint=f"fuser -v {device} shows which"
        )
    finally:
        os.close(handle)
    stable = "/by-id/" in str(device) or "/by-path/" in str(device) or not device.name.startswith("ttyUSB")
    hint = "" if stable else "ttyUSB numbers change with the order of plugging: use the name in /dev/serial/by-id"
    return LineFinding("port", ok=True, found=f"{device} can be opened", hint=hint)


def _adapter(device: Path, sys_tty: Path) -> Iterator[LineFinding]:
    """The kernel's driver, and the FTDI latency that makes every answer wait."""
    entry = sys_tty / device.resolve().name / "device"
    driver = entry / "driver"
    if driver.exists():
        yield LineFinding("adapter", ok=True, found=driver.resolve().name)
    latency = entry / "latency_timer"
    if latency.exists():
        milliseconds = int(latency.read_text().strip() or 0)
        yield LineFinding(
            "adapter latency",
            ok=milliseconds <= LATENCY_MAX_MS,
            found=f"{milliseconds} ms",
            hint=f"echo 1 | sudo tee {latency}" if milliseconds > LATENCY_MAX_MS else "",
        )
