"""What is wrong with the readings a cloud has at the end of a simulated history."""

from collections.abc import Iterator, Mapping

from common.reading import TimeQuality
from tests.chaos.edge_ingest import IngestCloud
from tests.edge_agent.cloud_twin import CloudTwin


def missing_and_doubled(
    cloud: CloudTwin | IngestCloud, committed: set[int], served: set[int], allowed: int
) -> Iterator[str]:
    """Committed values that the cloud lacks (up to `allowed` may), has twice, or that no meter ever had."""
    values = [fact[3] for fact in cloud.facts()]
    if len(values) != len(set(values)):
        yield f"{len(values) - len(set(values))} readings twice"
    if not set(values) <= served:
        yield "values that no meter ever had"
    missing = committed - set(values)
    if len(missing) > allowed:
        yield f"{len(missing)} committed readings are missing, {cloud.given_up()} reported"


def wrong_times(
    cloud: CloudTwin | IngestCloud, taken_at: Mapping[int, int], tolerance_ms: int, earliest_ms: int
) -> Iterator[str]:
    """Readings whose time is known and is another than when they were taken, or that are older than any."""
    stored = cloud.facts()
    wrong = [
        fact
        for fact in stored
        if fact[5] != TimeQuality.UNKNOWN and abs(taken_at.get(fact[3], fact[2]) - fact[2]) > tolerance_ms
    ]
    if wrong:
        yield f"{len(wrong)} readings have a wrong time, the first {wrong[0]}"
    if any(fact[2] < earliest_ms for fact in stored):
        yield "readings from before there were any"
