"""Topics: made and read in one place."""

import pytest

from common.errors import DecodeError, InputError
from common.message import (
    Down,
    Topic,
    Up,
    parse_topic,
)
from tests.common.message.builders import GATEWAY


class TestTopics:
    def test_a_topic_comes_back_as_it_was(self) -> None:
        for kind in (*Up, *Down):
            assert Topic(GATEWAY, kind) == parse_topic(str(Topic(GATEWAY, kind)))

    def test_topics_have_the_documented_form(self) -> None:
        assert "ebs/1/gw-0001/up/live" == str(Topic(GATEWAY, Up.LIVE))
        assert "ebs/1/gw-0001/down/receipt" == str(Topic(GATEWAY, Down.RECEIPT))

    @pytest.mark.parametrize(
        "gateway",
        ["", "+", "#", "a/b", "$SYS", "a+", "a#", "gäteway", "a b", "a\x00", "a\n", ".hidden", "a" * 65, "\u0661", "-"],
    )
    def test_an_id_that_could_mean_something_to_a_broker_is_refused(self, gateway: str) -> None:
        with pytest.raises(InputError):
            Topic(gateway, Up.LIVE)

    @pytest.mark.parametrize(
        "topic",
        [
            "",
            "ebs",
            "ebs/1/gw/up",
            "ebs/1/gw/up/live/x",
            "ebs/2/gw/up/live",
            "ebs/1/gw/down/live",
            "ebs/1/gw/up/receipt",
            "ebs/1/+/up/live",
            "ebs/1//up/live",
            "/ebs/1/gw/up/live",
            "ebs/01/gw/up/live",
            "EBS/1/gw/up/live",
            "ebs/1/gw/up/live\n",
            "ebs/1/gw\n/up/live",
            "$share/ingest/ebs/1/gw/up/live",
            "ebs/1/" + "x" * 200 + "/up/live",
        ],
    )
    def test_any_other_topic_is_a_decode_error(self, topic: str) -> None:
        with pytest.raises(DecodeError):
            parse_topic(topic)
