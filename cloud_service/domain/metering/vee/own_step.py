"""The step in which an index register was really read, where its readings come more seldom than its register says."""

from dataclasses import replace

import numpy as np

from cloud_service.domain.metering.vee.series import DayWindow, RegisterReadings, RegisterRules
from common.period import STEPS_S
from common.reading import Quality

REGULAR_PERCENT = 90  # of the readings of a window
READINGS_MIN = 12  # fewer tell no step
STEPS_MS = frozenset(step_s * 1000 for step_s in STEPS_S)


def with_own_step(rules: RegisterRules, window: DayWindow, given: RegisterReadings) -> RegisterRules:
    """The rules with the step of the readings: quarter hours of a meter that was read each half hour are nobody's.

    It is that of nearly all readings of the window, and they stand on its grid. A step into which the days do not
    divide gives way to a shorter one.
    """
    step_s = max(_read_step_s(window, given), rules.step_s)
    step_s = step_s if window.fitting_step_s(step_s) == step_s else window.fitting_step_s(rules.step_s)
    return rules if step_s == rules.step_s else replace(rules, step_s=step_s)


def _read_step_s(window: DayWindow, given: RegisterReadings) -> int:
    """The distance of nearly all readings; 0 where there are few, or they are irregular."""
    inside = (given.at_ms >= window.start_ms) & (given.at_ms <= window.end_ms) & (given.quality <= Quality.ESTIMATED)
    at_ms = given.at_ms[inside]
    if len(at_ms) < READINGS_MIN:
        return 0
    apart, counts = np.unique(np.diff(at_ms), return_counts=True)
    usual_ms = int(apart[counts.argmax()])
    is_regular = counts.max() * 100 >= REGULAR_PERCENT * (len(at_ms) - 1)
    on_grid = ((at_ms - window.start_ms) % usual_ms == 0).sum() * 100 >= REGULAR_PERCENT * len(at_ms)
    return usual_ms // 1000 if is_regular and on_grid and usual_ms in STEPS_MS else 0
