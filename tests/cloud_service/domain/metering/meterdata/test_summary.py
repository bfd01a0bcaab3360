"""What a file holds in sum, and what contradicts itself."""

from decimal import Decimal

import pytest

from cloud_service.domain.metering.meterdata import BadFileError, FileChannel, FileIndexReads, FileSummary
from common.reading import Kind
from tests.cloud_service.domain.metering.meterdata.mdff import CHANNEL, END, HEADER, day, load, refusal

COUNTER = FileChannel("M1", "import", "kWh", Kind.INDEX)


def reads(*pairs: tuple[int, str]) -> FileIndexReads:
    """Indexes of the counter at instants."""
    at_ms, values = tuple(at for at, _ in pairs), tuple(Decimal(value) for _, value in pairs)
    return FileIndexReads(COUNTER, at_ms, values, bytes(len(pairs)), line=1)


def test_the_same_day_twice_counts_once_and_is_told() -> None:
    summary, blocks = load(HEADER, CHANNEL, day(), day(), END)

    assert (1, "72.0", 4) == (len(blocks), summary["registers"][0]["sum"], summary["problems"][0]["line"])


def test_a_day_again_with_other_values_is_refused() -> None:
    error = refusal(HEADER, CHANNEL, day(), day(values=",".join(["2"] * 48)), END)

    assert "otherwise than line 3" in error.message


def test_a_counter_sums_to_last_less_first_in_whatever_order_its_reads_came() -> None:
    summary = FileSummary([])
    list(summary.watch([reads((2000, "17.5")), reads((1000, "10"), (3000, "21.25"))]))
    (total,) = summary.totals.values()

    assert (Decimal("11.25"), 2, 1000, 3000) == (total.total, total.intervals, total.first_ms, total.last_ms)


def test_two_indexes_at_one_instant_are_refused() -> None:
    with pytest.raises(BadFileError, match="two indexes at one instant, 10 and 11"):
        list(FileSummary([]).watch([reads((1000, "10")), reads((1000, "11"))]))


def test_readings_before_the_year_2000_are_a_slip_of_the_hand() -> None:
    summary = FileSummary([])
    list(summary.watch([reads((-55_768_089_600_000, "17.5"), (1_790_000_000_000, "21.25"))]))
    (total,) = summary.totals.values()

    with pytest.raises(BadFileError, match="M1 import has a reading of 0202-10-13, before the year 2000"):
        total.refuse_wrong_year()
