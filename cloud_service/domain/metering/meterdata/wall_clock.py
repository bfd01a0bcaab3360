"""Times of a table that were written by a wall clock: which of two hours is meant where an hour comes twice."""

from datetime import UTC, datetime

from cloud_service.domain.metering.meterdata.series import BadFileError
from common.period import zone


class WallClock:
    """Rows of one channel follow each other, so that of two possible instants the one is meant that comes next."""

    def __init__(self, zone_name: str) -> None:
        self.zone_name = zone_name
        self.newest_first = False  # whether the rows go back in time
        self._last: dict[tuple[str, str], datetime] = {}

    def instant(self, channel: tuple[str, str], naive: datetime, line: int) -> datetime:
        """The instant, in UTC, at which a channel's clock showed a time; BadFileError where it never did."""
        early = naive.replace(tzinfo=zone(self.zone_name))
        if early.astimezone(UTC).astimezone(early.tzinfo).replace(tzinfo=None) != naive:
            raise BadFileError(
                f"{naive} did not exist in {self.zone_name}: the clock was set forward", line=line, field="time"
            )
        first, second = early.astimezone(UTC), early.replace(fold=1).astimezone(UTC)
        last = self._last.get(channel)
        moment = self._backward(first, second, last) if self.newest_first else self._forward(first, second, last)
        self._last[channel] = moment
        return moment

    @staticmethod
    def _forward(first: datetime, second: datetime, last: datetime | None) -> datetime:
        return second if last is not None and first <= last < second else first

    @staticmethod
    def _backward(first: datetime, second: datetime, last: datetime | None) -> datetime:
        return first if last is not None and first < last <= second else second
