"""The buffer: committed is kept, changed is noticed, damage never stops it."""

import shutil
import sqlite3
import struct
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import pytest

from common.reading import TimeQuality
from edge_agent.buffer import Buffer, BufferGuard, BufferSample, Damaged, Ranges
from edge_agent.buffer.guard import DAY_MS, SAVE_S, BufferLimits
from edge_agent.buffer.recovery import discard_old, open_buffer, replace
from edge_agent.buffer.retention import prune, thin
from edge_agent.buffer.row import BufferRow, checksum, checksums

GRID = True


def sample(
    value: int = 1000, *, channel: int = 0, at_ms: int = 1_790_000_000_000, grid: bool = GRID, time_quality: int = 0
) -> BufferSample:
    return BufferSample(
        channel, mono_ms=at_ms % 10**9, at_ms=at_ms, value=value, quality=0, time_quality=time_quality, grid=grid
    )


def guard(folder: Path, **limits: int) -> BufferGuard:
    found = BufferGuard(folder, boot_id="boot-1", limits=BufferLimits(**{"ballast_bytes": 4096, **limits}))
    found.buffer.channel("meter-1", "energy_import_total", "kWh", "index", 0)
    return found


def values(kept: BufferGuard) -> list[int]:
    """All values of all streams, as the uplink would read them."""
    while kept.salvage_step():
        pass
    return [row.value for stream in kept.buffer.streams.values() for row in kept.buffer.rows(stream, 1, stream.last)]


def test_what_was_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    first = guard(tmp_path)
    epoch = first.buffer.current.epoch
    first.append([sample(1), sample(2)])
    first.append([sample(3)])
    first.close()

    again = guard(tmp_path)

    assert [1, 2, 3] == values(again)
    assert (epoch, 3, 0) == (again.buffer.current.epoch, again.buffer.current.last, again.replaced)
    again.close()


def test_a_second_agent_cannot_open_the_buffer(tmp_path: Path) -> None:
    first = guard(tmp_path)
    first.append([sample()])

    with pytest.raises(Exception, match="in use"):
        open_buffer(tmp_path, boot_id="boot-1")
    first.close()


def test_receipts_survive_a_restart(tmp_path: Path) -> None:
    first = guard(tmp_path)
    first.append([sample(n) for n in range(10)])
    first.buffer.receive(first.buffer.current, [(1, 4), (6, 7)])
    first.close()

    again = guard(tmp_path)

    assert [(1, 4), (6, 7)] == list(again.buffer.current.done)
    assert 4 == again.buffer.current.pending
    again.close()


@pytest.mark.parametrize("column", ["value", "at_ms", "channel", "flags", "boot", "mono_ms", "sum"])
def test_a_changed_row_is_noticed_when_it_is_read(tmp_path: Path, column: str) -> None:
    first = guard(tmp_path)
    first.append([sample(n) for n in range(5)])
    first.close()
    with closing(sqlite3.connect(tmp_path / "buffer.db", isolation_level=None)) as raw:
        raw.execute(f"UPDATE reading SET {column} = {column} + 1 WHERE id & 0xFF = 3")

    again = guard(tmp_path)

    assert [0, 1, 3, 4] == values(again)
    assert (1, 1) == (again.replaced, again.buffer.lost)
    again.close()


def test_a_vanished_row_is_noticed(tmp_path: Path) -> None:
    first = guard(tmp_path)
    first.append([sample(n) for n in range(5)])
    first.close()
    with closing(sqlite3.connect(tmp_path / "buffer.db", isolation_level=None)) as raw:
        raw.execute("DELETE FROM reading WHERE id & 0xFF = 3")
        raw.execute("VACUUM")

    again = guard(tmp_path)

    assert [0, 1, 3, 4] == values(again)
    assert (1, 1) == (again.replaced, again.buffer.lost)
    again.close()


def test_a_lost_log_is_noticed_and_its_rows_are_counted(tmp_path: Path) -> None:
    first = guard(tmp_path)
    first.append([sample(n) for n in range(5)])
    first.close()
    first = guard(tmp_path)
    first.append([sample(n) for n in range(5, 8)])
    log = (tmp_path / "buffer.db-wal").read_bytes()
    copy = (tmp_path / "buffer.db").read_bytes()
    mark = (tmp_path / "buffer.mark").read_bytes()
    first.close()
    (tmp_path / "buffer.db").write_bytes(copy)  # as a crash leaves it, without its log
    (tmp_path / "buffer.mark").write_bytes(mark)
    assert len(log) > 4096

    again = guard(tmp_path)

    assert [0, 1, 2, 3, 4] == values(again)
    assert (1, 3) == (again.replaced, again.buffer.lost)
    again.close()


def test_a_missing_file_begins_a_new_epoch_and_counts_the_loss(tmp_path: Path) -> None:
    first = guard(tmp_path)
    epoch = first.buffer.current.epoch
    first.append([sample(n) for n in range(5)])
    first.buffer.receive(first.buffer.current, [(1, 2)])
    first.close()
    (tmp_path / "buffer.db").unlink()

    again = guard(tmp_path)

    assert [] == values(again)
    assert 3 == again.buffer.lost
    assert epoch != again.buffer.current.epoch
    assert (1, 1) == again.append([sample(9)])
    again.close()


def test_old_rows_go_only_after_their_receipt(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(n, at_ms=n) for n in range(1, 11)])
    kept.buffer.receive(kept.buffer.current, [(1, 4), (6, 10)])

    assert 4 == prune(kept.buffer, 10**6)
    assert [5, 6, 7, 8, 9, 10] == [row.value for row in kept.buffer.rows(kept.buffer.current, 5, 10)]
    kept.close()


def test_thinning_takes_fine_readings_only(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(n, grid=n % 3 == 0) for n in range(1, 10)])

    assert 6 == thin(kept.buffer)
    assert [3, 6, 9] == values(kept)
    assert [(1, 2), (4, 5), (7, 8)] == list(kept.buffer.current.void("thinned"))
    kept.close()


def test_receipted_readings_stay_35_days_and_fine_ones_wait_90_for_a_receipt(tmp_path: Path) -> None:
    now_ms = 1_790_000_000_000
    kept = guard(tmp_path)
    ages = (100, 91, 89, 36, 34, 0)
    for age in ages:
        at_ms = now_ms - age * DAY_MS
        kept.append([sample(age, at_ms=at_ms, grid=False), sample(1000 + age, at_ms=at_ms)])

    kept.housekeep(now_ms, clock_is_good=False)
    assert {*ages, *(1000 + age for age in ages)} == set(values(kept))  # a clock that may be wrong deletes nothing
    tend_later(kept, now_ms)
    assert {89, 36, 34, 0, *(1000 + age for age in ages)} == set(values(kept))
    kept.buffer.receive(kept.buffer.current, [(1, 2 * len(ages))])
    tend_later(kept, now_ms)
    assert {34, 0, 1034, 1000} == set(values(kept))
    kept.close()


def tend_later(kept: BufferGuard, now_ms: int) -> None:
    """A minute later, with a clock that is known."""
    kept._prune_due_s = 0.0
    kept.housekeep(now_ms, clock_is_good=True)


def test_a_resend_asks_for_what_is_here_and_voids_what_is_gone(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(n, at_ms=n) for n in range(1, 11)])
    stream = kept.buffer.current
    kept.buffer.receive(stream, [(1, 10)])
    prune(kept.buffer, 5)

    kept.buffer.reopen(stream, [(3, 8)])

    assert [(1, 2), (9, 10)] == list(stream.done)
    assert [(3, 4)] == list(stream.void("expired"))
    assert [5, 6, 7, 8] == [row.value for row in kept.buffer.rows(stream, 3, 8)]
    kept.close()


def test_readings_before_the_first_clock_are_dated_afterwards(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(1, at_ms=5000, time_quality=TimeQuality.UNKNOWN)])
    row = kept.buffer.rows(kept.buffer.current, 1, 1)[0]
    assert kept.buffer.dated(row) is None

    kept.buffer.date_boot(1_790_000_000_000)

    assert (1_790_000_005_000, TimeQuality.RECONSTRUCTED) == kept.buffer.dated(row)
    kept.close()
    again = Buffer(tmp_path, boot_id="boot-1")
    assert (1_790_000_005_000, TimeQuality.RECONSTRUCTED) == again.dated(row)
    again.close()


def test_readings_of_a_boot_that_never_had_a_clock_end_where_the_next_boot_begins(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(1, at_ms=at_ms, time_quality=TimeQuality.UNKNOWN) for at_ms in (1000, 61_000)])
    kept.close()
    later = Buffer(tmp_path, boot_id="boot-2")
    earlier_row, last_row = later.rows(later.current, 1, 2)
    assert later.dated(last_row) is None  # until this boot's clock is known

    later.date_boot(1_790_000_000_000)

    assert (1_790_000_000_000, TimeQuality.UNKNOWN) == later.dated(last_row)
    assert (1_789_999_940_000, TimeQuality.UNKNOWN) == later.dated(earlier_row)
    later.close()


def test_a_register_keeps_its_number(tmp_path: Path) -> None:
    kept = guard(tmp_path)

    assert 1 == kept.buffer.channel("meter-2", "energy_import_total", "kWh", "index", 77)
    assert 0 == kept.buffer.channel("meter-1", "energy_import_total", "kWh", "index", 5)
    catalog = kept.buffer.catalog(kept.buffer.current)
    assert ["meter-1", "meter-2"] == [channel.meter for channel in catalog.channels]
    kept.close()


def test_damage_while_running_begins_a_new_epoch_and_loses_nothing_readable(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(n) for n in range(5)])

    def fail(_buffer: Buffer) -> None:
        if kept.replaced == 0:
            raise Damaged("the disk answered with an error")

    kept.do(fail)
    kept.append([sample(5)])

    assert [0, 1, 2, 3, 4, 5] == values(kept)
    assert (2, 0) == (len(kept.buffer.streams), kept.buffer.lost)
    kept.close()


def test_a_file_that_is_set_aside_stays_as_it_was_and_tells_what_it_knew(tmp_path: Path) -> None:
    kept = guard(tmp_path / "live")
    kept.append([sample(1), sample(2)])
    kept.buffer.receive(kept.buffer.current, [(2, 2)])
    kept.buffer.save()
    shutil.copytree(tmp_path / "live", tmp_path / "killed")
    kept.close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "killed").glob("buffer.*")}

    replace(tmp_path / "killed")

    aside = tmp_path / "killed" / "damaged-1"
    assert before == {path.name: path.read_bytes() for path in aside.iterdir()}
    again = guard(tmp_path / "killed")
    assert [[(2, 2)], []] == [list(stream.done) for stream in again.buffer.streams.values()]
    again.close()


def test_set_aside_files_are_given_up_before_any_reading(tmp_path: Path) -> None:
    kept = guard(tmp_path, cap_bytes=10_000)
    kept.append([sample(1)])
    kept.buffer.receive(kept.buffer.current, [(1, 1)])
    for number in range(1, 13):
        (tmp_path / f"damaged-{number}").mkdir()
        (tmp_path / f"damaged-{number}" / "buffer.db").write_bytes(bytes(10 if number != 6 else 9_950))
        if number != 2:
            (tmp_path / f"damaged-{number}" / "salvaged").touch()

    discard_old(tmp_path, 8, 10_000)
    assert {2, 7, 8, 9, 10, 11, 12} == set_aside(tmp_path)  # with the sixth they would be more than the cap
    kept.make_room()
    assert {2} == set_aside(tmp_path)  # its rows have not been taken over
    kept.close()


def set_aside(folder: Path) -> set[int]:
    return {int(path.name.removeprefix("damaged-")) for path in folder.glob("damaged-*")}


def test_rows_whose_commit_failed_are_not_found_twice(tmp_path: Path) -> None:
    """The log may hold a commit whose fsync failed; the rows are appended again, so the old ones must not count."""
    kept = guard(tmp_path)
    kept.append([sample(1)])
    kept.buffer.append([sample(2)])
    kept.buffer.current.last = 1  # as if the commit had reported an error after writing

    kept.replace("fsync failed")
    kept.append([sample(2)])

    assert [1, 2] == values(kept)
    kept.close()


def test_ranges_join_split_and_tell_what_is_missing() -> None:
    ranges = Ranges([(1, 3), (7, 9)])
    ranges.add(4, 6)
    assert [(1, 9)] == list(ranges)
    ranges.remove(5, 5)
    assert [(1, 4), (6, 9)] == list(ranges)
    assert [(5, 5), (10, 12)] == list(ranges.missing(1, 12))
    assert (4, 8) == (ranges.prefix, len(ranges))


def test_what_was_just_committed_is_read_from_memory_as_it_is_on_the_disk(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(1), sample(2)])
    kept.append([sample(value, grid=value % 2 == 0) for value in range(3, 8)])
    buffer, stream = kept.buffer, kept.buffer.current
    spans = [(3, 7), (4, 5), (7, 7), (2, 7), (3, 6)]

    fresh = [buffer.rows(stream, *span, 3) for span in spans]
    buffer.fresh = ()

    assert [buffer.rows(stream, *span, 3) for span in spans] == fresh
    kept.close()


def test_a_committed_reading_that_was_thinned_is_not_read_from_memory(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(1), sample(2, grid=False), sample(3)])
    thin(kept.buffer)

    assert [1, 3] == [row.value for row in kept.buffer.rows(kept.buffer.current, 1, 3)]
    kept.close()


def test_a_new_stream_does_not_read_the_old_ones_rows_from_memory(tmp_path: Path) -> None:
    kept = guard(tmp_path)
    kept.append([sample(1)])
    kept.buffer.begin_stream()

    with pytest.raises(Damaged, match="vanished"):
        kept.buffer.rows(kept.buffer.current, 1, 1)
    kept.append([sample(2)])
    assert [[1], [2]] == [
        [row.value for row in kept.buffer.rows(stream, 1, 1)] for stream in kept.buffer.streams.values()
    ]
    kept.close()


def test_receipts_are_written_down_with_the_next_round_or_after_a_while(tmp_path: Path) -> None:
    now_s = 0.0
    kept = BufferGuard(tmp_path, boot_id="boot-1", limits=BufferLimits(ballast_bytes=0), clock_s=lambda: now_s)

    def receive(sequence: int) -> bool:
        """Whether the receipt is on the disk after the next housekeeping."""
        kept.append([sample(sequence)])
        kept.buffer.receive(kept.buffer.current, [(1, sequence)])
        kept.housekeep(0, clock_is_good=False)
        return not kept.buffer.dirty

    assert [True, False] == [receive(1), receive(2)]
    kept.append([sample(3)])
    assert not kept.buffer.dirty
    kept.buffer.receive(kept.buffer.current, [(3, 3)])
    now_s += SAVE_S
    kept.housekeep(0, clock_is_good=False)
    assert not kept.buffer.dirty
    kept.close()


def test_a_rounds_checksums_are_those_of_its_rows_one_by_one_and_of_every_older_file() -> None:
    rows = [BufferRow(1, 2, 3, 4, 1_790_000_000_000, -5, 64), BufferRow(2, 2, 3, 4, 1_790_000_000_100, 2**53, 0)]

    assert tuple(checksum(77, row) for row in rows) == checksums(77, rows)
    assert struct.unpack("<q", blake2b(struct.pack("<QqqqqqqQ", 77, *rows[0]), digest_size=8).digest()) == (
        checksum(77, rows[0]),
    )
