"""The fast reader of batches says what the wire's codec says, and leaves to it what is wrong."""

import random
from array import array
from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from cloud_service.domain.metering import wire_columns
from cloud_service.domain.metering.wire_columns import rows_of
from common.errors import DecodeError
from common.message import Batch, Catalog, Channel, Codec, Lane, Rows
from common.reading import VALUE_MAX


def codec(channels: int, dice: random.Random) -> Codec:
    base = [dice.choice((0, 5, -7, 10**9, VALUE_MAX)) for _ in range(channels)]
    return Codec("gw", Catalog(3, 1, tuple(Channel(f"m{n}", "r", "kWh", "index", base[n]) for n in range(channels))))


def random_rows(dice: random.Random, channels: int) -> Rows:
    size = dice.choice((1, 2, 3, 50, 400))
    wide = dice.choice((1, 300, 10**6, VALUE_MAX))
    numbers, at = [dice.randrange(1, 1000)], [dice.randrange(10**12, 2 * 10**12)]
    for _ in range(size - 1):
        numbers.append(numbers[-1] + dice.choice((1, 1, 1, 7)))
        at.append(max(0, at[-1] + dice.choice((0, 0, 60_000, -5000))))
    return Rows(
        array("q", numbers),
        array("q", [dice.randrange(channels) for _ in range(size)]),
        array("q", at),
        array("q", [dice.randrange(-wide, wide + 1) for _ in range(size)]),
        bytes(dice.choice((0, 0, 2)) for _ in range(size)),
        bytes(size),
    )


def test_what_the_codec_reads_is_read_the_same() -> None:
    fast = 0
    for seed in range(2000):
        dice = random.Random(seed)
        channels = dice.choice((1, 3, 40))
        judge = codec(channels, dice)
        batch = judge.batch(Lane.BACKLOG, random_rows(dice, channels))

        by_codec, by_numpy = judge.rows(batch), rows_of(judge, batch)

        fast += wire_columns._fast(judge, batch) is not None
        for name in ("sequence", "channel", "at_ms", "value"):
            assert list(getattr(by_codec, name)) == list(getattr(by_numpy, name)), seed
        assert (by_codec.quality, by_codec.time_quality) == (by_numpy.quality, by_numpy.time_quality)
    assert fast > 1000  # extremes may go the slow way, ordinary batches may not


def test_a_batch_that_was_tampered_with_is_refused_like_the_codec_refuses_it() -> None:
    refused = 0
    for seed in range(500):
        dice = random.Random(seed)
        judge = codec(3, dice)
        batch = judge.batch(Lane.BACKLOG, random_rows(dice, 3))
        field = dice.choice(("first_sequence", "first_channel", "first_at_ms", "sequence", "channel", "at_ms", "value"))
        columns = () if field.startswith("first") else ((5, b"\xff" * batch.count),)
        forged = msgspec.structs.replace(batch, **{field: dice.choice((0, 1, 2**60, *columns))})
        by_codec, by_numpy = verdict(judge.rows, forged), verdict(partial(rows_of, judge), forged)
        assert by_codec == by_numpy, seed
        refused += isinstance(by_codec, tuple)
    assert refused > 300


def verdict(read: Callable[[Batch], Rows], batch: Batch) -> tuple[str, str] | list[int]:
    try:
        return list(read(batch).value)
    except DecodeError as error:
        return error.code, error.path


def test_another_catalog_s_batch_is_refused() -> None:
    dice = random.Random(1)
    judge = codec(3, dice)
    batch = judge.batch(Lane.BACKLOG, random_rows(dice, 3))

    with pytest.raises(DecodeError, match="another catalog"):
        rows_of(judge, msgspec.structs.replace(batch, catalog_version=9))
