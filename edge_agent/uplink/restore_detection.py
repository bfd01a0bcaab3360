"""Notices by its receipts that the cloud was restored from a backup: it has no longer what it once had."""

from dataclasses import dataclass, field

from common.message import RANGES_MAX, SEQUENCE_MAX, Receipt
from edge_agent.buffer import BufferStream, Ranges

STRAGGLER_MS = 60_000
ASK_S = 61.0
Range = tuple[int, int]


@dataclass(slots=True)
class RestoreDetector:
    """What each stream's receipts have proven. Streams by their numbers.

    A receipt speaks of the moment `now_ms`. One that falls behind what we hold receipts for may be a straggler of
    another process; one of a clearly later moment is none. An older stream that owes nothing gets no later one by
    itself: it is to be asked for.
    """

    whole_ms: dict[int, int] = field(default_factory=dict)  # when the cloud last had all that we hold receipts for
    ask_s: dict[int, float] = field(default_factory=dict)  # streams in doubt, and when to ask for another receipt

    def lost(self, stream: BufferStream, receipt: Receipt, now_s: float) -> list[Range]:
        """What the cloud once had and has certainly no longer."""
        told_to = receipt.highest if len(receipt.gaps) >= RANGES_MAX else SEQUENCE_MAX
        has = Ranges(stored_ranges(receipt))
        behind = [gap for first, last in stream.done for gap in has.missing(first, min(last, told_to))]
        whole_ms = self.whole_ms.setdefault(stream.number, receipt.now_ms)
        if not behind:
            self.whole_ms[stream.number] = max(whole_ms, receipt.now_ms)
            self.ask_s.pop(stream.number, None)
        elif receipt.now_ms > whole_ms + STRAGGLER_MS:
            self.whole_ms[stream.number] = receipt.now_ms
            self.ask_s.pop(stream.number, None)
            return behind
        else:
            self.ask_s.setdefault(stream.number, now_s + ASK_S)
        return []

    def stream_in_doubt(self, now_s: float) -> int | None:
        """A stream whose state the cloud should be asked for now."""
        for number, due_s in self.ask_s.items():
            if now_s >= due_s:
                self.ask_s[number] = now_s + ASK_S
                return number
        return None


def stored_ranges(receipt: Receipt) -> list[Range]:
    """What a receipt says is stored."""
    gaps = Ranges(receipt.gaps)
    return [(1, receipt.contiguous), *gaps.missing(receipt.contiguous + 1, min(receipt.highest, SEQUENCE_MAX))]
