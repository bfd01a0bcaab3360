"""What is on its way to the cloud and what was heard from it: of one connection, and forgotten with it; pure."""

from dataclasses import dataclass, field

from common.message import Lane, Receipt
from edge_agent.buffer import BufferStream

OVERTAKEN_S = 3.0  # rows sent this long ago and still missing while later ones have arrived are sent again
QUESTION_S, QUESTION_MAX_S = 5.0, 60.0  # nothing heard while something is owed: ask by sending the catalog


@dataclass(slots=True)
class Flight:
    """Rows on their way: sequences `first` to `last` of a stream, both included, sent at `sent_s` (monotonic)."""

    stream: int
    first: int
    last: int
    rows: int
    lane: Lane | None  # None: voids
    sent_s: float


@dataclass(slots=True)
class CloudSession:
    """One connection. All times are monotonic seconds."""

    catalogs: dict[int, int] = field(default_factory=dict)  # stream -> version the cloud was sent
    heard_s: float = 0.0
    asked_s: float = 0.0
    question_s: float = QUESTION_S
    credit: int = 0  # backlog rows that may be on their way without a receipt
    flights: list[Flight] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)  # streams of which the cloud has said what it has

    def hear(self, stream: BufferStream, receipt: Receipt, now_s: float) -> None:
        """The cloud has spoken of a stream."""
        self.heard_s = now_s
        self.question_s = QUESTION_S
        self.answered.add(stream.number)
        self.credit = receipt.credit
        if receipt.send_catalog:
            self.catalogs.clear()

    def is_silent(self, now_s: float) -> bool:
        """Whether nothing was heard for so long that the cloud should be asked."""
        return now_s - max(self.heard_s, self.asked_s) > self.question_s

    def ask(self, now_s: float) -> None:
        """All catalogs go again, which the cloud answers; the next question waits longer."""
        self.catalogs.clear()
        self.asked_s = now_s
        self.question_s = min(self.question_s * 2, QUESTION_MAX_S)

    def rows_in_flight(self, lane: Lane) -> int:
        """Rows of a lane that are on their way without a receipt."""
        return sum(flight.rows for flight in self.flights if flight.lane is lane)

    def land(self, stream: BufferStream, highest: int, now_s: float) -> bool:
        """Take off what a receipt up to `highest` covers; if that is anything, also what later rows have overtaken."""
        before = len(self.flights)
        self.flights = [
            flight
            for flight in self.flights
            if flight.stream != stream.number or any(stream.done.missing(flight.first, flight.last))
        ]
        if len(self.flights) == before:
            return False
        overtaken_s = now_s - OVERTAKEN_S
        self.flights = [
            flight
            for flight in self.flights
            if flight.stream != stream.number or flight.last > highest or flight.sent_s > overtaken_s
        ]
        return True

    def forget_flight(self, stream: int, first: int, last: int) -> None:
        """Take off one message."""
        self.flights = [
            flight for flight in self.flights if (flight.stream, flight.first, flight.last) != (stream, first, last)
        ]

    def forget_late(self, now_s: float, patience_s: float) -> bool:
        """Take off what was sent longer ago than `patience_s`; whether there was anything."""
        in_time = [flight for flight in self.flights if now_s - flight.sent_s <= patience_s]
        late = len(in_time) < len(self.flights)
        self.flights = in_time
        return late
