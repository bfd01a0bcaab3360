"""The intervals of a customer's register: of the days of their contract while the meter hung there, nothing else."""

from collections.abc import Iterator
from datetime import timedelta

from cloud_service.store.lookups import metering
from cloud_service.store.lookups.metering import OwnRegister
from cloud_service.store.metering import supplied_use
from cloud_service.store.metering.supplied_use import SuppliedRegister
from cloud_service.store.metering.tables import IntervalDay
from cloud_service.web import load_profile
from cloud_service.web.database import session
from cloud_service.web.load_profile import Interval
from common.period import Span


def own_intervals(register: OwnRegister, span: Span) -> list[Interval]:
    """The register's intervals in the days that are the customer's, times the multiplier of the mount."""
    intervals: list[Interval] = []
    for day in metering.days_of(session(), register.id, span):
        for supplied in reversed(register.supplied):
            intervals += _of_day(supplied, day)
    return intervals


def _of_day(supplied: SuppliedRegister, day: IntervalDay) -> Iterator[Interval]:
    bounds = supplied_use.on_day(supplied, day.day)
    if bounds is None:
        return
    step = timedelta(seconds=day.step_s)
    own = supplied_use.own_values(supplied.register, supplied.timezone, day)
    for interval, value in zip(load_profile.intervals([day], supplied.timezone), own, strict=True):
        if interval.start < bounds[1] and interval.start + step > bounds[0]:
            yield Interval(interval.start, int(value), interval.quality)
