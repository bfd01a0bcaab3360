"""How a gateway fares: the retained status with its last will, and the regular health report."""

from typing import Annotated

import msgspec

from common.message.catalog import Count, Epoch, Name

Text = Annotated[str, msgspec.Meta(max_length=200)]


class Status(msgspec.Struct, frozen=True, array_like=True):
    """Retained. `state` is online, offline (said goodbye) or lost (the broker says it as the last will).

    `streams` tells what the gateway holds receipts for; a cloud that has less was restored and asks for a resend.
    """

    state: Annotated[str, msgspec.Meta(max_length=16)]
    agent: Text = ""
    boot_id: Text = ""
    epoch: Count = 0
    since_ms: Count = 0
    streams: Annotated[tuple[tuple[Epoch, Count], ...], msgspec.Meta(max_length=1000)] = ()  # epoch, receipted up to


class DeviceHealth(msgspec.Struct, frozen=True, array_like=True):
    """One meter as its poller sees it."""

    meter: Name
    bus: Name
    polls: Count
    failures: Count
    failing_since_ms: Count = 0  # 0: the last poll was good
    error: Text = ""


class Health(msgspec.Struct, frozen=True, array_like=True):
    """Every minute: what waits, what was lost, how full the disk is, how good the clock is."""

    at_ms: Count
    uptime_s: Count
    rss_kib: Count
    pending_rows: Count  # without a receipt
    buffer_bytes: Count
    disk_free_bytes: Count
    state: Text  # ok, full, or what is wrong
    lost_rows: Count  # by damage, since the first epoch of this gateway
    thinned_rows: Count
    rejected_messages: Count
    time_quality: Count
    devices: Annotated[tuple[DeviceHealth, ...], msgspec.Meta(max_length=1000)] = ()
