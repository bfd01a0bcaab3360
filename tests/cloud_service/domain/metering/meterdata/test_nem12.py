"""NEM12: interval days of Australian files, their steps, clock and qualities."""

from cloud_service.domain.metering.meterdata import FileIntervals, FileSummary, read
from common.reading import Quality
from tests.cloud_service.domain.metering.meterdata.mdff import CHANNEL, END, HEADER, day, load
from tests.shared import need_shared


def test_a_solar_month_has_an_import_and_an_export_register() -> None:
    summary = FileSummary([])
    with need_shared("real", "nem12", "Example_NEM12_month_solar.csv").open("rb") as stream:
        list(read(stream, "nem12", summary))

    registers = {row["register"]: row for row in summary.as_json()["registers"]}
    assert {"B1", "E1"} == set(registers)
    assert ("export", "import") == (registers["B1"]["direction"], registers["E1"]["direction"])
    assert ("2023-03-01T00:00:00+10:00", "2023-04-01T00:00:00+10:00") == (
        registers["E1"]["first"],
        registers["E1"]["last"],
    )
    assert (8928, "270.738", "kWh") == (registers["E1"]["intervals"], registers["E1"]["sum"], registers["E1"]["unit"])


def test_nem_time_is_ten_hours_ahead_of_utc_even_in_summer() -> None:
    _, (block,) = load(HEADER, CHANNEL, day("20240101"), END)

    assert 1704031200000 == block.start_ms  # 2023-12-31T14:00Z
    assert 1704031200000 + 86_400_000 == block.end_ms


def test_qualities_of_a_varying_day_come_from_its_ranges() -> None:
    _, (block,) = load(
        HEADER, CHANNEL, day(quality="V"), "400,1,20,F14,76,", "400,21,24,A,,", "400,25,47,E52,,", "400,48,48,N,,", END
    )

    assert isinstance(block, FileIntervals)
    assert [Quality.SUBSTITUTED] * 20 + [Quality.ACTUAL] * 4 + [Quality.ESTIMATED] * 23 + [Quality.MISSING] == list(
        block.qualities
    )


def test_a_null_interval_counts_as_missing_and_not_as_energy() -> None:
    summary, _ = load(HEADER, CHANNEL, day(quality="V"), "400,1,47,A,,", "400,48,48,N,,", END)

    (row,) = summary["registers"]
    assert (47, 1, "70.5") == (row["intervals"], row["missing"], row["sum"])


def test_a_register_may_change_its_step_within_a_file() -> None:
    summary, _ = load(HEADER, CHANNEL, day(), CHANNEL.replace(",30,", ",5,"), day("20240102", count=288), END)

    (row,) = summary["registers"]
    assert ([1800, 300], 336, "504.0") == (row["steps_s"], row["intervals"], row["sum"])
