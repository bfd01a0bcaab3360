"""What day it is for a page: the operator's, by its own time zone, never the browser's."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

from cloud_service.web.navigation import zone_of_the_operator


def now() -> datetime:
    """The present instant in UTC; tests set `CLOCK`."""
    clock = current_app.config.get("CLOCK")
    return clock() if clock else datetime.now(UTC)


def site_zone() -> str:
    """The operator's zone; UTC for those who see no site."""
    return zone_of_the_operator()


def today() -> date:
    """The civil day in that zone."""
    return now().astimezone(ZoneInfo(site_zone())).date()
