"""Numbers keep their meaning."""

from common.message import Channel
from edge_agent.buffer.directory import BufferDirectory, newest_directory

IMPORT = Channel("meter-1", "energy_import_total", "kWh", "index", 5)
EXPORT = Channel("meter-1", "energy_export_total", "kWh", "index", 7)


def test_new_channels_get_the_next_numbers_and_known_ones_keep_theirs() -> None:
    directory = BufferDirectory(channels=(IMPORT,))
    known_again = Channel(
        IMPORT.meter, IMPORT.register, IMPORT.unit, IMPORT.kind, 99
    )  # another base is the same channel
    assert ([1, 0, 1], [EXPORT]) == directory.numbered([EXPORT, known_again, EXPORT])


def test_a_register_in_another_unit_is_another_channel() -> None:
    other_unit = Channel(IMPORT.meter, IMPORT.register, "MWh", IMPORT.kind)
    assert ([1], [other_unit]) == BufferDirectory(channels=(IMPORT,)).numbered([other_unit])


def test_only_the_channels_that_are_named_get_a_new_base() -> None:
    assert [5, 70] == [
        channel.base for channel in BufferDirectory(channels=(IMPORT, EXPORT)).rebased({1: 70}).channels
    ]  # fmt: skip


def test_of_two_copies_the_later_edition_counts_if_it_goes_on_from_the_other() -> None:
    inside = BufferDirectory(streams=((1, 77),), edition=4)
    newer = BufferDirectory(streams=((1, 77), (2, 78)), edition=5)
    foreign = BufferDirectory(streams=((1, 99),), edition=6)
    older = BufferDirectory(streams=((1, 77),), edition=3)
    assert [newer, inside, inside, inside] == [
        newest_directory(inside, beside) for beside in (newer, foreign, older, None)
    ]  # fmt: skip
