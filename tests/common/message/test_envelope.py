"""The envelope: every limit is checked before anything is built."""

import tracemalloc

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import DecodeError
from common.message import (
    BODY_SIZE_MAX,
    PAYLOAD_SIZE_MAX,
    Down,
)
from common.message.envelope import MessageKind, check_shape
from tests.common.message.builders import code_of, packed


class TestLimits:
    def test_too_many_bytes_are_refused_unread(self) -> None:
        assert "too_large" == code_of(bytes(PAYLOAD_SIZE_MAX + 1))

    def test_a_header_that_promises_too_much_is_refused_unread(self) -> None:
        assert "too_large" == code_of(packed([], size=BODY_SIZE_MAX + 1))

    @pytest.mark.parametrize("size", [0, 1, 999, 100_000])
    def test_a_header_that_lies_about_the_size_is_refused(self, size: int) -> None:
        assert "bad_frame" == code_of(packed(bytes(1000), size=size))

    def test_a_deflate_bomb_costs_no_more_than_its_header_says(self) -> None:
        bomb = packed(bytes(50_000_000), size=1000)
        assert len(bomb) < PAYLOAD_SIZE_MAX
        tracemalloc.start()
        assert "bad_frame" == code_of(bomb)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 200_000

    def test_a_deep_nest_is_refused_before_it_is_built(self) -> None:
        assert "too_deep" == code_of(packed(b"\x91" * 100_000))

    def test_an_array_that_claims_more_items_than_there_are_is_refused(self) -> None:
        assert "bad_frame" == code_of(packed(b"\xdd\xff\xff\xff\xff" + b"\x00" * 1000))
        assert "bad_frame" == code_of(packed(b"\xdd\x00\x0f\x00\x00" + b"\x00" * 0x0F0000))

    def test_bytes_after_the_end_are_refused(self) -> None:
        assert "bad_frame" == code_of(
            packed(msgspec.msgpack.encode([7, 5, 9]) + b"\x00", kind=MessageKind.RECEIPT), Down.RECEIPT
        )


class TestVersions:
    def test_an_unknown_version_is_refused_by_name(self) -> None:
        assert "unknown_version" == code_of(packed([], version=2))

    def test_an_unknown_kind_is_refused_by_name(self) -> None:
        assert "unknown_kind" == code_of(packed([], kind=99))


class TestShape:
    @given(st.binary(max_size=200))
    @settings(max_examples=500, deadline=None)
    def test_what_passes_the_shape_check_is_what_msgpack_reads(self, body: bytes) -> None:
        try:
            msgspec.msgpack.decode(body)
        except Exception:  # noqa: BLE001  whatever it is, it is not readable
            return
        refused = ""
        try:
            check_shape(body)
        except DecodeError as error:
            refused = error.code
        assert refused in ("", "too_deep")
