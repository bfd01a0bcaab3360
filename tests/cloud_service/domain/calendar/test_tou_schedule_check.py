"""A schedule that leaves a doubt is refused with its place."""

from typing import Any

import msgspec
import pytest

from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.calendar.tou_schedule_check import check_schedule
from common.errors import InputError

PEAK = {"name": "peak", "days": ["weekday"], "hours": ["16:00-21:00"]}


REST = {"name": "rest"}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        pytest.param({"periods": [PEAK]}, "schedules.day.periods", id="hours that no period has"),
        pytest.param({"periods": [REST, REST]}, "schedules.day.periods", id="a name twice"),
        pytest.param(
            {"periods": [{**PEAK, "hours": ["16-21"]}, REST]},
            "schedules.day.periods[0].hours[0]",
            id="hours that are none",
        ),
        pytest.param(
            {"periods": [{**PEAK, "hours": ["16:00-25:00"]}, REST]},
            "schedules.day.periods[0].hours[0]",
            id="an hour after the day",
        ),
        pytest.param(
            {"periods": [{**PEAK, "seasons": ["summer"]}, REST]},
            "schedules.day.periods[0].seasons",
            id="an unknown season",
        ),
        pytest.param(
            {"periods": [REST], "seasons": {"s": {"from": "02-30", "until": "06-01"}}},
            "schedules.day.seasons.s.from",
            id="a day that is none",
        ),
        pytest.param(
            {"periods": [REST], "weekday": [[0] * 24] * 11, "weekend": [[0] * 24] * 12},
            "schedules.day.weekday",
            id="eleven months",
        ),
        pytest.param(
            {"periods": [REST], "weekday": [[1] * 24] * 12, "weekend": [[0] * 24] * 12},
            "schedules.day.weekday[0][0]",
            id="an unknown number",
        ),
        pytest.param(
            {"periods": [PEAK], "weekday": [[0] * 24] * 12, "weekend": [[0] * 24] * 12},
            "schedules.day.periods[0]",
            id="rules and matrices",
        ),
        pytest.param(
            {"periods": [{"name": "free", "days": ["holiday"]}, REST]},
            "schedules.day.periods[0]",
            id="holidays without a calendar",
        ),
        pytest.param({"periods": [REST, PEAK]}, "schedules.day.periods[1]", id="a period behind the rest"),
        pytest.param(
            {"periods": [REST, {"name": "no"}], "weekday": [[0] * 24] * 12, "weekend": [[0] * 24] * 12},
            "schedules.day.periods[1]",
            id="a period no hour has",
        ),
        pytest.param(
            {"periods": [REST], "saturday": [[0] * 24] * 12}, "schedules.day.saturday", id="rules and a matrix"
        ),
        pytest.param(
            {"periods": [REST], **{name: [[0] * 24] * 12 for name in ("weekday", "weekend", "holiday")}},
            "schedules.day.holiday",
            id="a matrix of holidays without a calendar",
        ),
        pytest.param(
            {"periods": [REST], "holidays": {"calendar": "atlantis"}},
            "schedules.day.holidays.calendar",
            id="an unknown calendar",
        ),
        pytest.param(
            {"periods": [REST], "holidays": {"calendar": "de", "only": ["mayday"]}},
            "schedules.day.holidays.only",
            id="an unknown holiday",
        ),
    ],
)
def test_a_schedule_that_leaves_a_doubt_is_refused(document: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as refused:
        check_schedule(msgspec.convert(document, Schedule), "schedules.day")

    assert path == refused.value.path
