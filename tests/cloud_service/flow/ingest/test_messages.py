"""Messages of gateways: those that can be read, and what the senders of the others are told."""

from cloud_service.flow.ingest.messages import (
    BadMessageError,
    IncomingMessage,
    IngestOutcome,
    add_outcome,
    instant,
    open_all,
    rejection,
    sender,
)
from common.message import Batch, Down, Rejection, decode
from tests.cloud_service.plant import START_MS, SpeakingGateway


def rejection_of(incoming: IncomingMessage, bad: BadMessageError) -> Rejection:
    """The rejection that goes back to gateway gw-1."""
    reply = rejection("gw-1", incoming, bad)
    message = decode(Down.REJECTION, reply.payload)
    assert reply.topic.endswith("gw-1/down/rejection")
    assert isinstance(message, Rejection)
    return message


def test_what_cannot_be_read_is_put_beside_what_can() -> None:
    good, garbage = SpeakingGateway().says_catalog(), IncomingMessage("ebs/1/gw-1/up/live", b"garbage")
    opened, refused = open_all([good, garbage])

    assert [good] == [message.incoming for message in opened]
    assert [garbage] == [incoming for incoming, _ in refused]


def test_a_rejection_names_the_sequences_of_a_batch() -> None:
    incoming = SpeakingGateway().counts(3)
    (opened,), _ = open_all([incoming])
    assert isinstance(opened.message, Batch)
    message = rejection_of(incoming, BadMessageError("conflict", "was received before", opened.message))

    assert ("conflict", "backlog", 7, 1, 3) == (
        message.code, message.topic_kind, message.epoch, message.first_sequence, message.last_sequence,
    )  # fmt: skip


def test_a_rejection_of_garbage_has_no_sequences_and_a_bounded_reason() -> None:
    message = rejection_of(IncomingMessage("ebs/1/gw-1/up/live", b"x"), BadMessageError("c" * 100, "r" * 1000))

    assert (64, 500, 0, 0) == (len(message.code), len(message.reason), message.first_sequence, message.last_sequence)


def test_the_sender_is_the_gateway_of_the_topic_if_it_names_one() -> None:
    assert "gw-1" == sender(SpeakingGateway().says_catalog().topic)
    assert ["", "", ""] == [sender(topic) for topic in ("", "ebs/1", "ebs/1/../up/live")]


def test_an_instant_is_told_whatever_the_number() -> None:
    assert "2026-03-01T00:00:00+00:00" == instant(START_MS)
    assert f"{2**62} ms" == instant(2**62)


def test_outcomes_add_up() -> None:
    total = IngestOutcome(stored=1)
    add_outcome(total, IngestOutcome(stored=2, repeated=3, refused=4, conflicts=5))

    assert (3, 3, 4, 5) == (total.stored, total.repeated, total.refused, total.conflicts)
