"""Whom the embedded broker lets in: it reads that once, so it starts anew when a password came, went or changed.

A restart takes a third of a second. Clients connect again by themselves, gateways send again what no receipt names.
"""

import time
from collections.abc import Callable, Mapping

from cloud_service.broker.passwords import PasswordFolder

PAUSE_S = 3.0  # between two restarts: several gateways that are registered one after the other need one
SETTLE_NS = 1_000_000_000  # a change as young as this may not be the last of its tick


class BrokerUsers:
    """The gateways in the broker's configuration; `write` puts them there."""

    def __init__(
        self,
        folder: PasswordFolder,
        write: Callable[[Mapping[str, str]], None],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.write = write
        self.clock_s = clock_s
        self._passwords = folder.passwords()
        self._read_of_ns = 0
        self._renewed_s = clock_s() - PAUSE_S
        write(self._passwords)

    def renew(self) -> bool:
        """Write the users anew where they are others than before; whether the broker has to read them."""
        changed_ns = self.folder.changed_ns()
        if changed_ns == self._read_of_ns or self.clock_s() < self._renewed_s + PAUSE_S:
            return False
        passwords = self.folder.passwords()
        if time.time_ns() - changed_ns > SETTLE_NS:
            self._read_of_ns = changed_ns
        if passwords == self._passwords:
            return False
        self._passwords, self._renewed_s = passwords, self.clock_s()
        self.write(passwords)
        return True
