"""The official rules, run by a child process that stays warm: the first e-invoice waits a second, others some ms."""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cloud_service.documents.einvoice.rules.rule_set import Finding, RuleSet
from common.errors import InputError, UnavailableError

ANSWER_S = 120.0
ORDERS_MAX = 2000  # then a fresh process: the library gives memory back late
INHERITED = ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")  # none of our passwords


class Checker:
    """One process of rules for all threads of this one; a dead or hanging one is started again, once an order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # who started it: a fork of us shares no pipes with its parent
        self._orders = 0

    def findings(self, xml: bytes, rules: RuleSet) -> tuple[Finding, ...]:
        """What an e-invoice breaks of a set of rules."""
        answer = self._ask({"stylesheet": str(rules.stylesheet), "xml": xml.decode()})
        reported = [Finding(**finding) for finding in answer["findings"]]
        return tuple(finding for finding in reported if finding.rule not in rules.left_out)

    def stylesheet(self, transpiler: Path, schema: Path) -> str:
        """The stylesheet that `transpiler` makes of a Schematron schema."""
        return str(self._ask({"stylesheet": str(transpiler), "file": str(schema)})["text"])

    def _ask(self, order: dict[str, str]) -> dict[str, Any]:
        line = json.dumps(order).encode() + b"\n"
        with self._lock:
            answer = self._exchange(line) or self._exchange(line)
        if answer is None:
            raise UnavailableError("the rules of e-invoices do not answer", hint="it is tried again by itself")
        if "error" in answer:
            raise InputError(f"the rules cannot be run: {answer['error']}", path=Path(order["stylesheet"]).name)
        return answer

    def _exchange(self, line: bytes) -> dict[str, Any] | None:
        """The answer to one order; None where the process died or was too slow: then it is stopped."""
        process = self._running()
        try:
            assert process.stdin is not None  # noqa: S101 -- pipes, see `_running`
            process.stdin.write(line)
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(_line_of(process))
        except (OSError, ValueError, TimeoutError):
            self.stop()
            return None
        self._orders += 1
        if self._orders >= ORDERS_MAX:
            self.stop()
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is not None:
            self.stop()
        if self._process is None or self._owner != os.getpid():
            command = [sys.executable, "-m", "cloud_service.documents.einvoice.rules.rule_process"]
            self._process = subprocess.Popen(  # noqa: S603 -- our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
            )
            self._owner, self._orders = os.getpid(), 0
        return self._process

    def stop(self) -> None:
        """End the process, if it is ours; the next order starts another."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()


def _line_of(process: subprocess.Popen[bytes]) -> bytes:
    """One line of its output; TimeoutError where none comes."""
    assert process.stdout is not None  # noqa: S101 -- pipes, see `_running`
    pieces: list[bytes] = []
    while not pieces or not pieces[-1].endswith(b"\n"):
        if not select.select([process.stdout], [], [], ANSWER_S)[0]:
            raise TimeoutError
        piece = os.read(process.stdout.fileno(), 1 << 16)
        if not piece:
            raise OSError
        pieces.append(piece)
    return b"".join(pieces)


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    paths = os.pathsep.join(path for path in sys.path if path)
    return inherited | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


CHECKER = Checker()
atexit.register(CHECKER.stop)


def sentence_of(findings: Sequence[Finding], most: int = 5) -> str:
    """Findings in words, the first few of them."""
    texts = [text if (text := finding.text).startswith("[") else f"[{finding.rule}] {text}" for finding in findings]
    rest = f" … and {len(texts) - most} more" if len(texts) > most else ""
    return " ".join(texts[:most]) + rest
