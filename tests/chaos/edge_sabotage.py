"""An agent that is broken on purpose: `python -m tests.chaos.edge_sabotage FAULT run --config FILE`.

- whole: not broken, for comparison.
- puback: what the broker took is forgotten.
"""

import sys

from edge_agent.__main__ import main
from edge_agent.buffer.room import EVER_MS, prune
from edge_agent.uplink import outbox


def forget_on_puback() -> None:
    """Rows are done and gone as soon as they were sent."""
    original = outbox.Outbox.next

    def sent_is_done(self: outbox.Outbox, now_s: float) -> outbox.Outgoing | None:
        message = original(self, now_s)
        for flight in self.session.flights:
            self.keeper.buffer.receive(self.keeper.buffer.streams[flight.stream], [(flight.first, flight.last)])
        prune(self.keeper.buffer, EVER_MS)
        return message

    outbox.Outbox.next = sent_is_done  # type: ignore[method-assign]


if __name__ == "__main__":
    {"whole": lambda: None, "puback": forget_on_puback}[sys.argv.pop(1)]()
    main()
