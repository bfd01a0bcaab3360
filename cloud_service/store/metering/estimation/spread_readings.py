"""Over which spans the readings of registers tell a sum only, for prices that depend on when something was used."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cloud_service.domain.metering.estimation.spread import spread_between
from cloud_service.domain.rating.register_readings import EPOCH
from cloud_service.domain.rating.spread_spans import SpreadSpan
from cloud_service.store.metering import register_rules
from cloud_service.store.metering.estimation.register_gaps import readings_around


def spread_by_readings(
    session: Session, estimated: Mapping[int, Sequence[SpreadSpan]], start: datetime, end: datetime
) -> dict[int, list[SpreadSpan]]:
    """Register -> spans; `estimated` are the runs of estimated steps of each register's days between two instants."""
    spans = {}
    for rules in register_rules.rules_of(session, estimated).values() if estimated else ():
        given = readings_around(session, rules, start, end)
        spans[rules.id] = spread_between(rules, given, estimated[rules.id], (_ms(start), _ms(end)))
    return spans


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
