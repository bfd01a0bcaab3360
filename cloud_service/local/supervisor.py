"""Starts processes in order, restarts what dies, stops all in reverse. Nothing depends on a clean stop."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from common.errors import UnavailableError

RESTART_MAX_S = 10.0
STOP_TIMEOUT_S = 10.0
RENEW_TIMEOUT_S = 2.0
MARK = "ENERGY_LOGS"  # in the environment of each service: whose it is
LOG_BYTES_MAX = 20_000_000
STEADY_S = 30.0  # a process that ran this long starts again without waiting


@dataclass(frozen=True, slots=True)
class Service:
    """One process: its command line, and how to tell that it is ready."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    ready_timeout_s: float = 30.0
    renew: Callable[[], bool] = lambda: (
        False
    )  # brings its configuration up to date; whether it must start anew for that


@dataclass(slots=True)
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_s: float
    failures: int = 0
    again_at_s: float = 0.0


def _process_of(path: Path, mark: str) -> psutil.Process | None:
    """The process whose number stands in the file, if it still is the one that was started there."""
    try:
        process = psutil.Process(int(path.read_text()))
        return process if process.environ().get(MARK) == mark else None
    except (psutil.Error, OSError, ValueError):
        return None


def python_module(module: str, *arguments: str) -> list[str]:
    """The command line that runs one of our modules with this very Python."""
    return [sys.executable, "-m", module, *arguments]


def shorten(log: Path, bytes_max: int = LOG_BYTES_MAX) -> None:
    """A log that has grown too long goes on empty; what it said stands in `….log.1` until the next time."""
    if log.exists() and log.stat().st_size > bytes_max:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)  # the service keeps its file open, and appends


class Supervisor:
    """Runs services; their output goes to `<folder>/<name>.log`, their process ids to `<folder>/<name>.pid`."""

    def __init__(self, folder: Path, *, say: Callable[[str], None] = lambda _line: None) -> None:
        self.folder = folder
        self.say = say
        self._running: list[_Running] = []
        folder.mkdir(parents=True, exist_ok=True)

    def end_left_over(self) -> None:
        """End what a supervisor of this folder left behind when it was killed: it holds ports, and does work twice."""
        for path in self.folder.glob("*.pid"):
            process = _process_of(path, self._mark)
            if process is None:
                continue
            self.say(f"{path.stem} was left over from a start that was killed: ends")
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except psutil.TimeoutExpired:
                process.kill()

    @property
    def _mark(self) -> str:
        return str(self.folder.resolve())

    def start(self, service: Service) -> None:
        """Start one service and wait until it is ready."""
        running = _Running(service, self._spawn(service), time.monotonic())
        self._running.append(running)
        deadline = time.monotonic() + service.ready_timeout_s
        while not service.ready():
            if running.process.poll() is not None:
                self._running.remove(running)
                raise self._failed(service, f"ended with code {running.process.returncode}")
            if time.monotonic() > deadline:
                self._running.remove(running)
                self._end(running)
                raise self._failed(service, f"was not ready after {service.ready_timeout_s:g} s")
            time.sleep(0.05)

    def watch(self, keep_running: Callable[[], bool], *, pause_s: float = 0.2) -> None:
        """Restart what dies for as long as it is wanted."""
        while keep_running():
            for running in self._running:
                self._revive(running)
                shorten(self.folder / f"{running.service.name}.log")
            time.sleep(pause_s)

    def stop(self) -> None:
        """Ask all to stop, the last started first; kill what has not after ten seconds."""
        for running in reversed(self._running):
            self._end(running)
        self._running.clear()

    def _end(self, running: _Running, timeout_s: float = STOP_TIMEOUT_S) -> None:
        if running.process.poll() is None:
            running.process.terminate()
        try:
            running.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.say(f"{running.service.name} did not stop, killed")
            running.process.kill()
            running.process.wait()
        self._pid_file(running.service).unlink(missing_ok=True)

    def _revive(self, running: _Running) -> None:
        code, now = running.process.poll(), time.monotonic()
        if code is None:
            if running.service.renew():
                self._start_anew(running)
            return
        if not running.again_at_s:
            lasted = now - running.started_s
            running.failures = 0 if lasted > STEADY_S else running.failures + 1
            running.again_at_s = now + min(RESTART_MAX_S, 0.25 * 2**running.failures)
            self.say(f"{running.service.name} ended with code {code}: starts again")
        if now >= running.again_at_s:
            running.process, running.started_s, running.again_at_s = self._spawn(running.service), now, 0.0

    def _start_anew(self, running: _Running) -> None:
        """Stop a process and start it at once: it has something new to read."""
        self.say(f"{running.service.name} starts anew: its configuration changed")
        self._end(running, RENEW_TIMEOUT_S)
        running.process, running.started_s, running.again_at_s = self._spawn(running.service), time.monotonic(), 0.0

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        with (self.folder / f"{service.name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command lines
                service.argv,
                env={**os.environ, **service.environment, MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops them in order
            )
        self._pid_file(service).write_text(f"{process.pid}\n")
        return process

    def _pid_file(self, service: Service) -> Path:
        return self.folder / f"{service.name}.pid"

    def _failed(self, service: Service, symptom: str) -> UnavailableError:
        log = self.folder / f"{service.name}.log"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        return UnavailableError(f"{service.name} {symptom}\n{tail}", path=str(log), hint="the whole log stands there")


def until_signal() -> Callable[[], bool]:
    """A question that is true until SIGINT or SIGTERM came."""
    stopped: list[int] = []

    def note(number: int, _frame: object) -> None:
        stopped.append(number)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return lambda: not stopped
