"""What a subscriber says of itself in a file."""

import asyncio
import json
from pathlib import Path

import pytest

from cloud_service.flow.ingest import IngestOutcome
from cloud_service.subscriber.heartbeat import Heartbeat, SubscriberState


def test_a_commit_is_counted() -> None:
    state = SubscriberState()
    state.count(IngestOutcome(stored=5, repeated=4, refused=3, conflicts=2), messages=7)

    assert (7, 5, 4, 3, 2) == (state.messages, state.stored, state.repeated, state.refused, state.conflicts)
    assert state.last_commit_at >= state.at


def test_the_file_is_written_whole_in_a_folder_that_is_made(tmp_path: Path) -> None:
    file = tmp_path / "run" / "subscriber.json"
    Heartbeat(SubscriberState(state="working", stored=3), file).write()
    said = json.loads(file.read_text())

    assert ("working", 3) == (said["state"], said["stored"])
    assert ["subscriber.json"] == [path.name for path in file.parent.iterdir()]


def test_a_file_that_cannot_be_written_is_a_warning_and_no_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "run").write_text("in the way")
    Heartbeat(SubscriberState(), tmp_path / "run" / "subscriber.json").write()

    assert "heartbeat" in caplog.text


def test_without_a_file_nothing_is_written() -> None:
    Heartbeat(SubscriberState(), None).write()


def test_it_beats_from_its_start_on(tmp_path: Path) -> None:
    file = tmp_path / "subscriber.json"
    heartbeat = Heartbeat(SubscriberState(), file)

    async def beat_once() -> None:
        task = asyncio.create_task(heartbeat.run())
        while not file.exists():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.001)
        task.cancel()
        heartbeat.stopping = True

    asyncio.run(asyncio.wait_for(beat_once(), 5))

    assert "starting" == json.loads(file.read_text())["state"]
