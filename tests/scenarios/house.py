"""The product's real processes for a test: started by the product's own supervisor, killed by the test."""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from cloud_service.local.supervisor import Supervisor

T = TypeVar("T")


class Watched:
    """A supervisor that restarts what dies, in a thread, for as long as the `with` lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.supervisor = Supervisor(folder, say=print)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        return self

    def watch(self) -> None:
        """From now on restart what dies."""
        self._thread.start()

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self.supervisor.stop()

    def _watch(self) -> None:
        self.supervisor.watch(lambda: not self._over.is_set(), pause_s=0.05)

    def kill(self, name: str) -> None:
        """SIGKILL a service and wait until another process has its place."""
        path = self.folder / f"{name}.pid"
        victim = int(path.read_text())
        os.kill(victim, signal.SIGKILL)
        until(lambda: path.exists() and path.read_text().strip() not in ("", str(victim)), f"{name} starts again")


def until(answer_of: Callable[[], T], awaited: str, timeout_s: float = 60.0) -> T:
    """Wait for a true answer; fails with what was waited for."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = answer_of()
        if answer:
            return answer
        if time.monotonic() > deadline:
            message = f"waited {timeout_s:g} s in vain: {awaited}"
            raise AssertionError(message)
        time.sleep(0.1)


def energy_cloud(environment: Mapping[str, str], *arguments: str) -> Any:
    """Run the command line with `--json` and return what it printed; a failure shows its error."""
    command = [sys.executable, "-c", "from cloud_service.cli import main; main()", *arguments, "--json"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 6), f"{arguments}: {done.stdout} {done.stderr}"
    return json.loads(done.stdout)


def _may_ask_again(request: urllib.request.Request, error: OSError) -> bool:
    """A refused connection carried nothing; a page that is only read may be asked for after any broken one."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ConnectionRefusedError):
        return True
    return request.data is None and isinstance(reason, ConnectionError)


class _Trail(urllib.request.HTTPRedirectHandler):
    """Remembers where answers led, so that the page behind them can be asked for again."""

    def __init__(self) -> None:
        self.places: list[str] = []

    def redirect_request(self, req: urllib.request.Request, *answer: Any) -> urllib.request.Request | None:
        self.places.append(str(answer[-1]))
        return super().redirect_request(req, *answer)


class Browser:
    """A person with cookies and no script, who asks again for a page while its server starts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._trail = _Trail()
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), self._trail)

    def get(self, path: str) -> str:
        """The page."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.url, path)))

    def post(self, path: str, **fields: str) -> str:
        """Send a form as the page before had it, and follow to where it leads."""
        data = urllib.parse.urlencode(fields).encode()
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.url, path), data, {"Referer": self.url}))

    def _open(self, request: urllib.request.Request) -> str:
        """A form that has arrived is not sent twice: only the page that it led to is asked for again."""
        deadline = time.monotonic() + 60
        while True:
            self._trail.places.clear()
            try:
                with self._opener.open(request, timeout=20) as answer:
                    self.url = answer.geturl()
                    return str(answer.read().decode())
            except OSError as error:
                if self._trail.places:
                    request = urllib.request.Request(self._trail.places[-1])
                if time.monotonic() > deadline or not _may_ask_again(request, error):
                    raise
                time.sleep(0.2)

    def sign_in(self, email: str, password: str) -> str:
        """Sign in through the form; returns the first page after it."""
        page = self.get("/")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        return self.post(self.url, email=email, password=password, csrf_token=token[1])
