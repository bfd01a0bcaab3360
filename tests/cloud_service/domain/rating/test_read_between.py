"""The readings behind a line, in words: each meter's indexes by the site's clock, and what was estimated."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from cloud_service.domain.rating.read_between import RegisterWords, register_words, words_of
from cloud_service.domain.rating.register_readings import EPOCH, DayEnds, IndexAt, MountedRegister, SpanReadings
from cloud_service.domain.rating.register_source import IndexRead, RegisterSource
from common.period import Span

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
START = datetime(2026, 9, 30, 22, tzinfo=UTC)
REGISTER = MountedRegister(
    1, "import", "active_energy", "import", "kWh", "index", None, 900, "S1", START - timedelta(days=99), None,
    Decimal(1), None, None,
)  # fmt: skip
EXCHANGED = START + timedelta(days=9, hours=10)


def at(days: int, value: int, quality: int = 0) -> IndexAt:
    return (START + timedelta(days=days) - EPOCH) // timedelta(milliseconds=1), value, quality


def source(register: MountedRegister = REGISTER, *, estimated: bool = False) -> RegisterSource:
    of_register = RegisterSource(register_id=1, name="import", meter=register.meter, unit="kWh", multiplier=Decimal(1))
    return msgspec.structs.replace(of_register, estimated=True) if estimated else of_register


def readings(*days: DayEnds) -> SpanReadings:
    return SpanReadings(OCTOBER, "Europe/Berlin", {}, {}, ends={1: days})


def words(days: Sequence[DayEnds], register: MountedRegister = REGISTER, *, estimated: bool = False) -> RegisterWords:
    return register_words([register], [source(register, estimated=estimated)], readings(*days))


def test_the_first_and_the_last_reading_of_the_days_are_named() -> None:
    days = DayEnds(b"\2", at(-5, 90_500), at(-5, 90_500)), DayEnds(b"\2", at(4, 200_000), at(29, 410_000, 2))

    (shown,) = words(days, estimated=True).shown

    assert "meter S1 showed 90.5 kWh on 2026-09-26 00:00 and 410 kWh on 2026-10-29 23:00 (estimated)" == shown
    assert words(days, estimated=True).is_estimated
    assert not words(days).is_estimated


def test_each_meter_of_an_exchange_has_its_own_indexes() -> None:
    old = replace(REGISTER, dismounted=EXCHANGED, closing=140_000)
    new = replace(REGISTER, mounted=EXCHANGED, opening=5_000, meter="S2")
    days = DayEnds(b"\2", at(0, 100_000), at(0, 100_000)), DayEnds(b"\2", at(0, 100_000), at(31, 75_000))

    both = register_words([old, new], [source(old), source(new)], readings(*days))

    assert (
        "meter S1 showed 100 kWh on 2026-10-01 00:00 and 140 kWh on 2026-10-10 10:00",
        "meter S2 showed 5 kWh on 2026-10-10 10:00 and 75 kWh on 2026-10-31 23:00",
    ) == both.shown


def test_indexes_of_registers_without_days_are_named() -> None:
    read = msgspec.structs.replace(source(), indexes=(IndexRead(START, 1_000), IndexRead(START + timedelta(31), 2_500)))

    assert "showed 1 kWh on 2026-10-01 00:00 and 2.5 kWh" in register_words([REGISTER], [read], readings()).shown[0]


def test_intervals_show_no_index() -> None:
    interval = replace(REGISTER, kind="interval")

    assert () == words((DayEnds(b"\0", at(0, 100), at(1, 100)),), interval).shown
    assert () == words(()).shown


def test_a_line_has_the_words_of_the_registers_that_it_names() -> None:
    by_name = {"import": RegisterWords(("i",)), "export": RegisterWords(("e",), is_estimated=True)}

    assert RegisterWords(("i",)) == words_of(("import",), by_name)
    assert RegisterWords(("i", "e"), is_estimated=True) == words_of(("net_import",), by_name)
    assert RegisterWords() == words_of(("water",), by_name)
