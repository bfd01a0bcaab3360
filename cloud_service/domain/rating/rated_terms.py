"""What a contract was rated by, as fingerprints: its days and place, its tariffs, its meters."""

import hashlib
from collections.abc import Iterable

import msgspec


class RatedTerms(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Each changes when something of it does that the price depends on."""

    contract: str  # days, account, currency, cycle, zone, values of the service point
    tariff: str  # assigned tariffs with their versions
    meters: str  # mounts on these days with multipliers and indexes

    def changed(self, now: "RatedTerms") -> str:
        """What is not the same any more, in words; empty where nothing changed."""
        names = {"contract": "the contract or its days", "tariff": "its tariff", "meters": "its meters"}
        return ", ".join(name for field, name in names.items() if getattr(self, field) != getattr(now, field))


def digest(values: Iterable[object]) -> str:
    """A short fingerprint of values that are written the same whenever they are the same."""
    return hashlib.sha256(msgspec.json.encode(tuple(values))).hexdigest()[:20]
