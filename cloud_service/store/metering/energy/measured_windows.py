"""What registers counted in their windows, and the days of those that are drawn: whole days and shared ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.domain.metering.energy.figures import THOUSANDTH, SpanEnergy
from cloud_service.domain.metering.energy.split_days import WindowStep, split_day_energy, window_steps
from cloud_service.domain.metering.energy.windows import RegisterWindow
from cloud_service.store.metering.energy import bridged_gaps, day_sums
from cloud_service.store.metering.energy.day_sums import SummedDays
from common.period import day_start
from common.reading import Kind, Quality

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """A day of the chart: its energy, and the share of it that is not measured."""

    energy: Decimal = Decimal(0)
    known_s: int = 0
    estimated_s: int = 0


def measure(
    session: Session, windows: Sequence[RegisterWindow], drawn: Sequence[bool]
) -> tuple[list[SpanEnergy], dict[date, DayEnergy]]:
    """What each window counted in thousandths, and each day of those that are drawn."""
    sums = day_sums.span_sums(session, windows, drawn)
    split_days = day_sums.split_days(session, windows)
    energies = []
    days = {day: _day_energy(summed) for day, summed in sums.days.items()}
    for place, window in enumerate(windows):
        summed = sums.windows.get(place)
        energy = _span_energy(summed) if summed else SpanEnergy()
        for day in window.split:
            if packed := split_days.get((window.register.register_id, day)):
                split_energy = split_day_energy(window, packed)
                energy += split_energy
                if drawn[place]:
                    days[day] = _and_split(days.get(day, DayEnergy()), split_energy)
        energies.append(energy)
    return energies, days


def bridged(session: Session, windows: Sequence[RegisterWindow], energies: Sequence[SpanEnergy]) -> list[SpanEnergy]:
    """With the part of what was estimated that lies between two indexes: the energy of it was measured."""
    estimated = {
        place: window
        for place, (window, energy) in enumerate(zip(windows, energies, strict=True))
        if window.register.kind == Kind.INDEX and energy.estimated_s
    }
    seconds = bridged_gaps.bridged_seconds(session, estimated)
    return [
        replace(energy, bridged_s=min(seconds.get(place, 0), energy.estimated_s))
        for place, energy in enumerate(energies)
    ]


def _span_energy(summed: SummedDays) -> SpanEnergy:
    return SpanEnergy(
        summed.energy, known_s=summed.known_s, estimated_s=summed.estimated_s, substituted_s=summed.substituted_s
    )


def _day_energy(summed: SummedDays) -> DayEnergy:
    estimated_s = summed.estimated_s - summed.within_s + summed.substituted_s
    return DayEnergy(summed.energy * THOUSANDTH, summed.known_s, estimated_s)


def _and_split(day: DayEnergy, split: SpanEnergy) -> DayEnergy:
    return DayEnergy(
        day.energy + split.energy * THOUSANDTH,
        day.known_s + split.known_s,
        day.estimated_s + split.estimated_s + split.substituted_s,
    )


def drawn_hours(session: Session, windows: Sequence[RegisterWindow], first_day: date) -> dict[int, DayEnergy]:
    """The hours of a span of few days, numbered from the midnight of its first day at each site on."""
    packed = day_sums.packed_days(session, windows)
    hours: dict[int, DayEnergy] = {}
    for window in windows:
        begin = day_start(first_day, window.register.timezone)
        for day in window.days:
            if (stored := packed.get((window.register.register_id, day))) is None:
                continue
            offset_s = int((day_start(day, window.register.timezone) - begin).total_seconds())
            for step in window_steps(window, stored):
                hour = (offset_s + step.number * stored.step_s) // HOUR_S
                hours[hour] = _and_step(hours.get(hour, DayEnergy()), step, window, stored.step_s)
    return hours


def _and_step(hour: DayEnergy, step: WindowStep, window: RegisterWindow, step_s: int) -> DayEnergy:
    if step.quality > Quality.ESTIMATED:
        return hour
    energy = step.value * window.register.multiplier * THOUSANDTH
    return DayEnergy(hour.energy + energy, hour.known_s + step_s, hour.estimated_s + (step_s if step.quality else 0))
