"""Contracts and a span in, priced lines out: those with the same tariff, zone and days are rated as one matrix.

Nothing is written but what billing runs keep. A contract that cannot be rated comes back with its reason; the others
are not held up.
"""

from cloud_service.flow.rate.contracts import (
    RatingOutcome,
    rate_again,
    rate_all,
    rate_contracts,
    rate_shard,
)
from cloud_service.flow.rate.so_far import rate_so_far

__all__ = ["RatingOutcome", "rate_again", "rate_all", "rate_contracts", "rate_shard", "rate_so_far"]
