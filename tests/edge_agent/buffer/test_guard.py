"""The guard: damage never stops polling, room is made in the order of the policy, receipts get to the disk."""

from pathlib import Path

from edge_agent.buffer import Buffer, BufferGuard, Damaged
from edge_agent.buffer.guard import DAY_MS, SAVE_S, BufferLimits
from tests.edge_agent.buffer.builders import all_values, open_guard, sample


def test_receipted_readings_stay_35_days_and_fine_ones_wait_90_for_a_receipt(tmp_path: Path) -> None:
    now_ms = 1_790_000_000_000
    guard = open_guard(tmp_path)
    ages = (100, 91, 89, 36, 34, 0)
    for age in ages:
        at_ms = now_ms - age * DAY_MS
        guard.append([sample(age, at_ms=at_ms, grid=False), sample(1000 + age, at_ms=at_ms)])

    guard.housekeep(now_ms, clock_is_good=False)
    assert {*ages, *(1000 + age for age in ages)} == set(all_values(guard))  # a clock that may be wrong deletes nothing
    housekeep_later(guard, now_ms)
    assert {89, 36, 34, 0, *(1000 + age for age in ages)} == set(all_values(guard))
    guard.buffer.receive(guard.buffer.current, [(1, 2 * len(ages))])
    housekeep_later(guard, now_ms)
    assert {34, 0, 1034, 1000} == set(all_values(guard))
    guard.close()


def housekeep_later(guard: BufferGuard, now_ms: int) -> None:
    """A minute later, with a clock that is known."""
    guard._prune_due_s = 0.0
    guard.housekeep(now_ms, clock_is_good=True)


def test_damage_while_running_begins_a_new_epoch_and_loses_nothing_readable(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(n) for n in range(5)])

    def fail(_buffer: Buffer) -> None:
        if guard.replaced == 0:
            raise Damaged("the disk answered with an error")

    guard.do(fail)
    guard.append([sample(5)])

    assert [0, 1, 2, 3, 4, 5] == all_values(guard)
    assert (2, 0) == (len(guard.buffer.streams), guard.buffer.lost)
    guard.close()


def test_receipts_are_written_down_with_the_next_round_or_after_a_while(tmp_path: Path) -> None:
    now_s = 0.0
    guard = BufferGuard(tmp_path, boot_id="boot-1", limits=BufferLimits(ballast_bytes=0), clock_s=lambda: now_s)

    def receive(sequence: int) -> bool:
        """Whether the receipt is on the disk after the next housekeeping."""
        guard.append([sample(sequence)])
        guard.buffer.receive(guard.buffer.current, [(1, sequence)])
        guard.housekeep(0, clock_is_good=False)
        return not guard.buffer.dirty

    assert [True, False] == [receive(1), receive(2)]
    guard.append([sample(3)])
    assert not guard.buffer.dirty
    guard.buffer.receive(guard.buffer.current, [(3, 3)])
    now_s += SAVE_S
    guard.housekeep(0, clock_is_good=False)
    assert not guard.buffer.dirty
    guard.close()


def test_readings_that_wait_keep_their_register_though_both_copies_of_the_catalog_are_lost(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    second = guard.buffer.channel("meter-2", "energy_import_total", "kWh", "index", 0)
    guard.append([sample(1)])
    guard.waiting = [sample(2, channel=second)]
    (tmp_path / "buffer.catalog").write_bytes(b"lost")
    guard.buffer.connection.execute("UPDATE note SET content = x'00' WHERE name = 'register'")
    guard.buffer.connection.commit()

    guard.replace("both are unreadable")
    guard.append([])

    (row,) = guard.buffer.rows(guard.buffer.current, 1, 1)
    assert ("meter-2", 2) == (guard.buffer.directory.channels[row.channel].meter, row.value)
    assert [1, 2] == all_values(guard)
    guard.close()
