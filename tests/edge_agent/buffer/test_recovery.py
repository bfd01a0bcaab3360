"""What becomes of files that are damaged, gone or set aside."""

import shutil
from pathlib import Path

from edge_agent.buffer.recovery import discard_old, replace
from tests.edge_agent.buffer.builders import all_values, open_guard, sample


def test_a_missing_file_begins_a_new_epoch_and_counts_the_loss(tmp_path: Path) -> None:
    first = open_guard(tmp_path)
    epoch = first.buffer.current.epoch
    first.append([sample(n) for n in range(5)])
    first.buffer.receive(first.buffer.current, [(1, 2)])
    first.close()
    (tmp_path / "buffer.db").unlink()

    again = open_guard(tmp_path)

    assert [] == all_values(again)
    assert 3 == again.buffer.lost
    assert epoch != again.buffer.current.epoch
    assert (1, 1) == again.append([sample(9)])
    again.close()


def test_a_file_that_is_set_aside_stays_as_it_was_and_tells_what_it_knew(tmp_path: Path) -> None:
    guard = open_guard(tmp_path / "live")
    guard.append([sample(1), sample(2)])
    guard.buffer.receive(guard.buffer.current, [(2, 2)])
    guard.buffer.save()
    shutil.copytree(tmp_path / "live", tmp_path / "killed")
    guard.close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "killed").glob("buffer.*")}

    replace(tmp_path / "killed")

    aside = tmp_path / "killed" / "damaged-1"
    assert before == {path.name: path.read_bytes() for path in aside.iterdir()}
    again = open_guard(tmp_path / "killed")
    assert [[(2, 2)], []] == [list(stream.done) for stream in again.buffer.streams.values()]
    again.close()


def test_set_aside_files_are_given_up_before_any_reading(tmp_path: Path) -> None:
    guard = open_guard(tmp_path, cap_bytes=10_000)
    guard.append([sample(1)])
    guard.buffer.receive(guard.buffer.current, [(1, 1)])
    for number in range(1, 13):
        (tmp_path / f"damaged-{number}").mkdir()
        (tmp_path / f"damaged-{number}" / "buffer.db").write_bytes(bytes(10 if number != 6 else 9_950))
        if number != 2:
            (tmp_path / f"damaged-{number}" / "salvaged").touch()

    discard_old(tmp_path, 8, 10_000)
    assert {2, 7, 8, 9, 10, 11, 12} == set_aside(tmp_path)  # with the sixth they would be more than the cap
    guard.make_room()
    assert {2} == set_aside(tmp_path)  # its rows have not been taken over
    guard.close()


def set_aside(folder: Path) -> set[int]:
    return {int(path.name.removeprefix("damaged-")) for path in folder.glob("damaged-*")}


def test_rows_whose_commit_failed_are_not_found_twice(tmp_path: Path) -> None:
    """The log may hold a commit whose fsync failed; the rows are appended again, so the old ones must not count."""
    guard = open_guard(tmp_path)
    guard.append([sample(1)])
    guard.buffer.append([sample(2)])
    guard.buffer.current.last = 1  # as if the commit had reported an error after writing

    guard.replace("fsync failed")
    guard.append([sample(2)])

    assert [1, 2] == all_values(guard)
    guard.close()
