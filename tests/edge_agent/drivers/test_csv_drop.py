import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from common.errors import DecodeError
from common.profile import MeterProfile, find
from edge_agent.drivers.csv_drop import CsvDriver, rows_by_meter
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile

PROFILE = find("csv_handheld")
FILE = "meter,time,kwh\nA1,2026-01-01T00:00:00Z,100.5\nB2,2026-01-01T00:00:00Z,7\nA1,2026-01-01T00:15:00Z,101\n"
GERMAN = make_profile(
    'energy = { column = "Stand", unit = "kWh", kind = "index" }',
    protocol="csv",
    more='time_field = "Zeit"\n[options]\ndelimiter = ";"\ndecimal = ","\nmeter_column = "Nr"\nzone = "Europe/Berlin"\n'
    'time_format = "%d.%m.%Y %H:%M"\nencoding = "latin-1"\n',
)


def drop(folder: Path, text: str, name: str = "a.csv", age_s: float = 60.0) -> Path:
    path = folder / name
    path.write_text(text, encoding="latin-1")
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return path


def driven(folder: Path, work: Callable[[CsvDriver], Coroutine[Any, Any, Any]]) -> Any:
    async def inside() -> Any:
        async with CsvDriver(Port.parse(f"folder://{folder}")) as driver:
            return await work(driver)

    return asyncio.run(inside())


async def values(driver: CsvDriver, address: str, profile: MeterProfile = PROFILE) -> list[tuple[int, int]]:
    return [(value.at_ms, value.value) for value in await driver.read(address, profile)]


def test_all_rows_of_a_meter_are_readings_at_their_own_times(tmp_path: Path) -> None:
    drop(tmp_path, FILE)

    assert [(1_767_225_600_000, 100500), (1_767_226_500_000, 101000)] == driven(tmp_path, lambda d: values(d, "A1"))


def test_a_file_is_moved_when_all_its_rows_were_committed_and_not_before(tmp_path: Path) -> None:
    path = drop(tmp_path, FILE)

    async def work(driver: CsvDriver) -> list[bool]:
        seen = []
        await values(driver, "A1")
        await driver.committed("A1")
        seen.append(path.exists())
        await values(driver, "B2")
        seen.append(path.exists())
        await driver.committed("B2")
        return [*seen, path.exists(), (tmp_path / "done" / "a.csv").exists()]

    assert [True, True, False, True] == driven(tmp_path, work)


def test_rows_not_committed_are_read_again(tmp_path: Path) -> None:
    drop(tmp_path, FILE)

    assert driven(tmp_path, lambda d: values(d, "B2")) == driven(tmp_path, lambda d: values(d, "B2"))


def test_a_file_that_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    drop(tmp_path, FILE, age_s=0)

    with pytest.raises(MeterSilent):
        driven(tmp_path, lambda d: values(d, "A1"))


def test_a_file_of_the_same_name_never_overwrites_an_old_one(tmp_path: Path) -> None:
    async def once(driver: CsvDriver) -> None:
        for address in ("A1", "B2"):
            await values(driver, address)
            await driver.committed(address)

    for _ in range(2):
        drop(tmp_path, FILE)
        driven(tmp_path, once)

    assert ["a.1.csv", "a.csv"] == sorted(path.name for path in (tmp_path / "done").iterdir())


def test_local_times_decimal_commas_and_other_encodings_are_read(tmp_path: Path) -> None:
    drop(tmp_path, "Nr;Zeit;Stand\nZähler 1;01.07.2026 12:00;1.234,5\n")

    assert [(1_782_900_000_000, 1234500)] == driven(tmp_path, lambda d: values(d, "Zähler 1", GERMAN))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("meter,time\nA1,2026-01-01T00:00:00Z\n", "no column kwh"),
        ("meter,time,kwh\nA1,2026-01-01T00:00:00Z,12x\n", "no number"),
        ("meter,time,kwh\nA1,yesterday,12\n", "no time"),
        ("meter,time,kwh\nA1,2026-01-01T00:00:00Z\n", "number of columns"),
        ("meter,time,kwh\nA1,0001-01-01T00:00:00+05:00,12\n", "no time"),
        ("meter,time,kwh\nA1,2026-01-01T00:00:00Z," + "9" * 200_000, "not CSV: line 2"),
        ("9" * 200_000, "not CSV"),
        ("meter,time,kwh\n", "no rows"),
        ("", "no column"),
    ],
)
def test_a_file_that_cannot_be_read_is_put_aside_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    drop(tmp_path, text)

    with pytest.raises(BadAnswer, match=reason):
        driven(tmp_path, lambda d: values(d, "A1"))
    assert reason in (tmp_path / "failed" / "a.csv.reason").read_text()
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("cell", ["1.5", "1.2345,6", "1,5,6", ",5", "1 234,5"])
def test_a_point_where_no_group_of_digits_ends_is_no_number(tmp_path: Path, cell: str) -> None:
    drop(tmp_path, f"Nr;Zeit;Stand\n1;01.07.2026 12:00;{cell}\n")

    with pytest.raises(BadAnswer, match="no number"):
        driven(tmp_path, lambda d: values(d, "1", GERMAN))


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")

    with pytest.raises(DecodeError):
        rows_by_meter(path, PROFILE)


def test_a_folder_that_is_not_there_is_a_line_down(tmp_path: Path) -> None:
    with pytest.raises(LineDown, match="no folder"):
        driven(tmp_path / "none", lambda d: values(d, "A1"))
