"""Receipts: fields may be added, never changed."""

import msgspec

from common.message import (
    Down,
    Receipt,
    decode,
)
from common.message.envelope import MessageKind
from tests.common.message.builders import code_of, packed


class TestReceipts:
    def test_fields_of_a_newer_version_are_ignored(self) -> None:
        receipt = Receipt(7, 5, 9, ((6, 6),), 100, 12345)
        longer = [*msgspec.to_builtins(receipt), "something new", {"and": "more"}]
        assert receipt == decode(Down.RECEIPT, packed(longer, kind=MessageKind.RECEIPT))

    def test_fields_an_older_version_lacks_have_defaults(self) -> None:
        assert Receipt(7, 5, 9) == decode(Down.RECEIPT, packed([7, 5, 9], kind=MessageKind.RECEIPT))

    def test_a_range_that_ends_before_it_starts_is_refused(self) -> None:
        assert "bad_frame" == code_of(packed([7, 5, 9, [[8, 6]]], kind=MessageKind.RECEIPT), Down.RECEIPT)
