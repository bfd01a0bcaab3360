"""An agent that is broken on purpose: `python -m tests.chaos.edge_sabotage FAULT,FAULT run --config FILE`.

- whole: not broken, for comparison.
- puback: what the broker took is forgotten.
- lazy: a round counts as committed although only every fifth is.
- live_only: what could not be sent while the network was away is forgotten.
- wall_clock: the wall clock is believed, whoever set it.
- no_ntp: not broken, but on a machine whose kernel vouches for no wall clock.
- impatient: not broken, but gives a silent broker up after two seconds, so that a test need not wait longer.
"""

import sys
from collections.abc import Sequence

from edge_agent import clock
from edge_agent.__main__ import main
from edge_agent.buffer.guard import BufferGuard
from edge_agent.buffer.ranges import Range
from edge_agent.buffer.retention import EVER_MS, prune
from edge_agent.buffer.row import BufferSample
from edge_agent.uplink import link, outbox

LAZY_ROUNDS = 5


def forget_on_puback() -> None:
    """Rows are done and gone as soon as they were sent."""
    original = outbox.UplinkOutbox.next

    def sent_is_done(self: outbox.UplinkOutbox, now_s: float) -> outbox.UplinkMessage | None:
        message = original(self, now_s)
        for flight in self.session.flights:
            self.guard.buffer.receive(self.guard.buffer.streams[flight.stream], [(flight.first, flight.last)])
        prune(self.guard.buffer, EVER_MS)
        return message

    outbox.UplinkOutbox.next = sent_is_done  # type: ignore[method-assign]


def commit_seldom() -> None:
    """Rounds are kept in memory until there are some."""
    original = BufferGuard.append
    held: list[Sequence[BufferSample]] = []

    def seldom(self: BufferGuard, samples: Sequence[BufferSample]) -> Range:
        if samples:
            held.append(samples)
        if len(held) < LAZY_ROUNDS:
            return (1, 0)
        done = original(self, [sample for round_ in held for sample in round_])
        held.clear()
        return done

    BufferGuard.append = seldom  # type: ignore[method-assign]


def forget_the_backlog() -> None:
    """A new connection starts with what comes now."""
    original = outbox.UplinkOutbox.connected

    def afresh(self: outbox.UplinkOutbox, now_s: float) -> None:
        stream = self.guard.buffer.current
        self.guard.buffer.receive(stream, [(1, stream.last)])
        prune(self.guard.buffer, EVER_MS)  # or they would be sent again once the receipts fall behind
        original(self, now_s)

    outbox.UplinkOutbox.connected = afresh  # type: ignore[method-assign]


def believe_the_wall_clock() -> None:
    """The kernel always vouches for it."""
    clock.kernel_says_synchronised = lambda: True


def have_no_time_server() -> None:
    """The kernel never vouches for it."""
    clock.kernel_says_synchronised = lambda: False


def lose_patience() -> None:
    """A broker that says nothing is dead after two seconds."""
    link.TIMEOUT_S = 2.0


FAULTS = {
    "whole": lambda: None,
    "puback": forget_on_puback,
    "lazy": commit_seldom,
    "live_only": forget_the_backlog,
    "wall_clock": believe_the_wall_clock,
    "no_ntp": have_no_time_server,
    "impatient": lose_patience,
}

if __name__ == "__main__":
    for fault in sys.argv.pop(1).split(","):
        FAULTS[fault]()
    main()
