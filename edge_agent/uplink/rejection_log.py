"""What the cloud rejects, in the log: each kind once a minute, with how many more there were."""

import logging
from dataclasses import dataclass, field

from common.message import Rejection

log = logging.getLogger(__name__)
PAUSE_S = 60.0


@dataclass(slots=True)
class RejectionLog:
    """When each code was logged, and how many of it were not since then."""

    logged_s: dict[str, float] = field(default_factory=dict)
    unlogged: dict[str, int] = field(default_factory=dict)

    def note(self, rejection: Rejection, now_s: float) -> None:
        """Log a rejection, or count it where its kind was logged less than a minute ago."""
        code = rejection.code
        if now_s < self.logged_s.get(code, -PAUSE_S) + PAUSE_S:
            self.unlogged[code] = self.unlogged.get(code, 0) + 1
            return
        self.logged_s[code] = now_s
        more = self.unlogged.pop(code, 0)
        others = f" (and {more} more since the last line)" if more else ""
        log.error("the cloud rejected a message: %s: %s%s", code, rejection.reason, others)
