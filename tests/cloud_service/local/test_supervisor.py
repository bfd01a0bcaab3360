import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from cloud_service.local.supervisor import Service, Supervisor, shorten
from common.errors import UnavailableError

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pid_of(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text())


def test_a_killed_service_starts_again(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start(Service("sleeper", SLEEPER))
    first = pid_of(tmp_path, "sleeper")
    over = threading.Event()
    watcher = threading.Thread(target=supervisor.watch, args=(lambda: not over.is_set(),), kwargs={"pause_s": 0.02})
    watcher.start()

    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while pid_of(tmp_path, "sleeper") == first and time.monotonic() < deadline:
        time.sleep(0.05)
    over.set()
    watcher.join()
    second = pid_of(tmp_path, "sleeper")
    running = alive(second)
    supervisor.stop()

    assert second != first
    assert running
    assert not alive(second)


def test_services_stop_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    note = tmp_path / "order"
    says = "import signal,sys,time; signal.signal(15, lambda *_: (open({!r},'a').write({!r}), sys.exit(0))); "
    ready = "open({!r},'w'); time.sleep(60)"
    supervisor = Supervisor(tmp_path)
    for name in ("first", "second"):
        flag = tmp_path / f"{name}.up"
        code = says.format(str(note), name + " ") + ready.format(str(flag))
        supervisor.start(Service(name, [sys.executable, "-c", code], ready=flag.exists))

    supervisor.stop()

    assert "second first " == note.read_text()


def test_a_service_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import sys; print('no such port'); sys.exit(3)"]

    with pytest.raises(UnavailableError, match=r"(?s)broken ended with code 3.*no such port"):
        Supervisor(tmp_path).start(Service("broken", argv, ready=lambda: False))


def test_a_service_whose_configuration_changed_starts_anew_at_once(tmp_path: Path) -> None:
    due = [True, False]
    said: list[str] = []
    supervisor = Supervisor(tmp_path, say=said.append)
    supervisor.start(Service("sleeper", SLEEPER, renew=lambda: due.pop(0) if due else False))
    first = pid_of(tmp_path, "sleeper")
    turns = iter([True, True, False])
    started = time.monotonic()
    supervisor.watch(lambda: next(turns), pause_s=0)
    took_s = time.monotonic() - started
    second = pid_of(tmp_path, "sleeper")
    supervisor.stop()

    assert second != first
    assert not alive(first)
    assert took_s < 2
    assert ["sleeper starts anew: its configuration changed"] == said


def test_what_a_killed_supervisor_left_behind_ends_and_nothing_else_does(tmp_path: Path) -> None:
    killed, another = Supervisor(tmp_path / "logs"), Supervisor(tmp_path / "others")
    killed.start(Service("sleeper", SLEEPER))
    another.start(Service("stranger", SLEEPER))
    left, stranger = pid_of(killed.folder, "sleeper"), pid_of(another.folder, "stranger")
    (killed.folder / "stranger.pid").write_text(f"{stranger}\n")  # a number that somebody else has by now
    (killed.folder / "gone.pid").write_text("999999999")
    said: list[str] = []

    Supervisor(killed.folder, say=said.append).end_left_over()
    lives = [alive(pid) for pid in (left, stranger)]
    killed.stop()
    another.stop()

    assert ["sleeper was left over from a start that was killed: ends"] == said
    assert [False, True] == lives


def test_a_log_that_grew_too_long_goes_on_empty_while_the_service_writes(tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    writer = (
        "import pathlib, time\nprint('x' * 100, flush=True)\n"
        f"while not pathlib.Path({str(go_on)!r}).exists():\n time.sleep(0.02)\nprint('last', flush=True)"
    )
    supervisor = Supervisor(tmp_path)
    log = tmp_path / "writer.log"
    supervisor.start(Service("writer", [sys.executable, "-c", writer], ready=lambda: log.stat().st_size > 100))
    shorten(log, 1_000)
    assert 101 == log.stat().st_size

    shorten(log, 100)
    go_on.touch()
    deadline = time.monotonic() + 10
    while not log.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.05)
    supervisor.stop()
    assert ("x" * 100 + "\n", "last\n") == ((tmp_path / "writer.log.1").read_text(), log.read_text())
