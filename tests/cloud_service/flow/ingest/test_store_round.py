"""Processes side by side store each sequence once, and do not wait for each other; late readings; streams of holes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest

from cloud_service.domain.metering.stream_position import SPANS_MAX
from cloud_service.flow.ingest import IncomingMessage, Ingester, ingester
from cloud_service.store.database.session import connect
from cloud_service.store.metering import dirty_days, gateway_streams
from common.message import Topic, Up, Void, encode
from tests.cloud_service.plant import (
    START_MS,
    SpeakingGateway,
    receipts,
    rejections,
    stored,
    value_of,
)

Owner = psycopg.Connection[Any]
FORGED = (0, START_MS + 7 * 900_000, 5_000_000)


@pytest.fixture
def other(database_url: str, ingest: Ingester) -> Iterator[Ingester]:
    """Another process's; it does not wait for locks."""
    engine = connect(database_url, connect_args={"options": "-c lock_timeout=1000"})
    yield Ingester(engine, clock=ingest.clock)
    engine.dispose()


def once(original: Callable[..., Any], meanwhile: Callable[[], Any]) -> Callable[..., Any]:
    """The original, with something that happens right after its first call."""
    waiting = [meanwhile]

    def wrapped(*arguments: Any, **options: Any) -> Any:
        answer = original(*arguments, **options)
        if waiting:
            waiting.pop()()
        return answer

    return wrapped


def void(*ranges: tuple[int, int], epoch: int = 7) -> IncomingMessage:
    return IncomingMessage(str(Topic("gw-1", Up.VOID)), encode(Void(epoch, ranges, "thinned")))


def test_while_one_process_copies_another_commits_readings_of_the_same_gateway(
    ingest: Ingester, other: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])
    first, second = gateway.counts(10), gateway.counts(10)
    outcomes = []
    monkeypatch.setattr(
        dirty_days, "mark_dirty", once(dirty_days.mark_dirty, lambda: outcomes.append(other.take([second])))
    )

    (last,) = receipts(ingest.take([first]).replies)

    (early,) = receipts(outcomes[0].replies)
    assert (0, 20, ((1, 10),)) == (early.contiguous, early.highest, early.gaps)
    assert (20, ()) == (last.contiguous, last.gaps)
    assert list(range(1, 21)) == [sequence for sequence, _, _ in stored(owner)]


def test_the_same_batch_in_two_processes_at_once_is_stored_once(
    ingest: Ingester, other: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])
    batch = gateway.counts(10)
    outcomes = []
    monkeypatch.setattr(
        gateway_streams, "positions", once(gateway_streams.positions, lambda: outcomes.append(other.take([batch])))
    )

    outcome = ingest.take([batch])

    assert (10, 0) == (outcomes[0].stored, outcomes[0].repeated)
    assert (0, 10, 0) == (outcome.stored, outcome.repeated, outcome.refused)
    assert 10 == receipts(outcome.replies)[0].contiguous
    assert 10 == len(stored(owner))


def test_the_same_sequence_in_two_processes_at_once_with_other_content_raises_the_alarm(
    ingest: Ingester, other: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog()])
    true, forged = gateway.counts(5), gateway.batch([5], [FORGED])
    monkeypatch.setattr(gateway_streams, "positions", once(gateway_streams.positions, lambda: other.take([true])))

    outcome = ingest.take([forged])

    assert (0, 1) == (outcome.stored, outcome.conflicts)
    assert "conflict" == rejections(outcome.replies)[0].code
    assert list(range(1, 6)) == [sequence for sequence, _, _ in stored(owner)]


def test_what_comes_late_is_welcome_once_and_then_known(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    first, lost, last = gateway.counts(10), gateway.counts(5), gateway.counts(10)
    ingest.take([gateway.says_catalog(), first, last, void((11, 15))])

    assert 5 == ingest.take([lost]).stored
    assert (0, 5) == ((again := ingest.take([lost])).stored, again.repeated)
    forged = ingest.take([gateway.batch([12], [FORGED])])

    assert (0, 1) == (forged.stored, forged.conflicts)
    assert 25 == len(stored(owner))


def test_a_void_over_what_has_come_opens_no_door_to_other_content(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(10), void((1, 20))])

    forged = ingest.take([gateway.batch([5], [FORGED])])

    assert (0, 1) == (forged.stored, forged.conflicts)
    assert 10 == len(stored(owner))


def test_a_stream_of_holes_is_set_aside_and_the_next_message_flows(ingest: Ingester, owner: Owner) -> None:
    gateway = SpeakingGateway()
    numbers = range(2, 2 * SPANS_MAX + 6, 2)
    holes = [
        gateway.batch(numbers_of_batch, [(0, START_MS + n * 60_000, n) for n in numbers_of_batch])
        for numbers_of_batch in in_parts(numbers, 5_000)
    ]

    outcome = ingest.take([gateway.says_catalog(), *holes, gateway.counts(1)])

    assert ["too_many_gaps"] == [rejection.code for rejection in rejections(outcome.replies)]
    assert (1, SPANS_MAX + 1) == (outcome.refused, outcome.stored)
    assert SPANS_MAX + 1 == value_of(owner, "SELECT count(*) FROM reading")


def in_parts(numbers: Sequence[int], size: int) -> list[Sequence[int]]:
    return [numbers[first : first + size] for first in range(0, len(numbers), size)]


def test_a_new_month_is_made_while_others_write_and_read(
    ingest: Ingester, other: Ingester, owner: Owner, database_url: str
) -> None:
    gateway = SpeakingGateway()
    ingest.take([gateway.says_catalog(), gateway.counts(10)])
    with psycopg.connect(database_url, options="-c lock_timeout=2000") as long_import:
        long_import.execute("INSERT INTO reading SELECT register_id, at, 1, 0, 0, -1, sequence FROM reading")
        outcome = other.take([gateway.says((0, START_MS + 32 * 86_400_000, 5))])
        long_import.execute("SELECT ensure_reading_month('2020-01-01')")
        other.take([gateway.counts(10)])

    assert 1 == outcome.stored
    assert 31 == len(stored(owner))
    with pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute("UPDATE reading_2026_04 SET value = 0")


def test_many_readings_are_stored_in_transactions_of_bounded_size(
    ingest: Ingester, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingester, "ROWS_AT_ONCE", 25)
    gateway = SpeakingGateway()

    outcome = ingest.take([gateway.says_catalog(), *(gateway.counts(10) for _ in range(7)), IncomingMessage("x", b"")])

    assert (70, 1) == (outcome.stored, outcome.refused)
    assert [30, 60, 70] == [receipt.contiguous for receipt in receipts(outcome.replies)]
    assert 3 == value_of(owner, "SELECT count(DISTINCT received_at) FROM reading")
