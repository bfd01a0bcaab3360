"""What goes when room is needed, and what never goes."""

from pathlib import Path

from edge_agent.buffer.retention import prune, thin
from tests.edge_agent.buffer.builders import all_values, open_guard, sample


def test_old_rows_go_only_after_their_receipt(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(n, at_ms=n) for n in range(1, 11)])
    guard.buffer.receive(guard.buffer.current, [(1, 4), (6, 10)])

    assert 4 == prune(guard.buffer, 10**6)
    assert [5, 6, 7, 8, 9, 10] == [row.value for row in guard.buffer.rows(guard.buffer.current, 5, 10)]
    guard.close()


def test_thinning_takes_fine_readings_only(tmp_path: Path) -> None:
    guard = open_guard(tmp_path)
    guard.append([sample(n, grid=n % 3 == 0) for n in range(1, 10)])

    assert 6 == thin(guard.buffer)
    assert [3, 6, 9] == all_values(guard)
    assert [(1, 2), (4, 5), (7, 8)] == list(guard.buffer.current.void("thinned"))
    guard.close()
