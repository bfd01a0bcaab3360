"""What the cloud answers: receipts after its database commit, rejections for what it could not take."""

from typing import Annotated

import msgspec

from common.message.catalog import Count, Epoch

RANGES_MAX = 1000
Range = tuple[Count, Count]  # first and last sequence, both included
Ranges = Annotated[tuple[Range, ...], msgspec.Meta(max_length=RANGES_MAX)]


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """The state of one epoch in the cloud's database, sent after each commit and in answer to each catalog.

    Everything up to `contiguous` is stored, and everything up to `highest` that lies in none of `gaps`. With more gaps
    than fit, `highest` is the last sequence the list accounts for. `credit` is how many backlog readings may be on
    their way without a receipt. `resend` asks again for what was receipted before (a restored database).
    """

    epoch: Epoch
    contiguous: Count
    highest: Count
    gaps: Ranges = ()
    credit: Count = 0
    now_ms: Count = 0  # the cloud's clock: a time source for gateways without one
    send_catalog: bool = False
    resend: Ranges = ()


class Rejection(msgspec.Struct, frozen=True, array_like=True):
    """A message was put into quarantine. The gateway keeps its readings and reports it."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    reason: Annotated[str, msgspec.Meta(max_length=500)]
    topic_kind: Annotated[str, msgspec.Meta(max_length=64)] = ""
    epoch: Count = 0  # 0 where the message could not be read that far
    first_sequence: Count = 0
    last_sequence: Count = 0


class Void(msgspec.Struct, frozen=True, array_like=True):
    """From the gateway: sequences that will never come, so that they are no gap. `reason` is thinned or damaged."""

    epoch: Epoch
    ranges: Ranges
    reason: Annotated[str, msgspec.Meta(max_length=64)]
