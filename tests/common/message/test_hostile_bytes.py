"""Whatever bytes come: a message or a DecodeError."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.errors import DecodeError
from common.message import (
    Batch,
    Codec,
    Down,
    Up,
    decode,
    encode,
)
from tests.common.message.builders import EXAMPLES, GATEWAY, catalog, packed


def never_anything_else(kind: Up | Down, payload: bytes) -> None:
    """Decode and, if that works, unpack: a DecodeError or a message, nothing else."""
    try:
        message = decode(kind, payload)
        if isinstance(message, Batch):
            Codec(GATEWAY, catalog(version=message.catalog_version, epoch=message.epoch)).rows(message)
    except DecodeError:
        return


class TestHostileBytes:
    @pytest.mark.parametrize(("kind", "payload"), EXAMPLES)
    def test_every_kind_comes_back(self, kind: Up | Down, payload: bytes) -> None:
        message = decode(kind, payload)
        assert payload == (payload if isinstance(message, Batch) else encode(message))

    @given(st.sampled_from([*Up, *Down]), st.binary(max_size=300))
    @settings(max_examples=500, deadline=None)
    @example(Up.LIVE, b"")
    def test_random_bytes(self, kind: Up | Down, payload: bytes) -> None:
        never_anything_else(kind, payload)

    @given(st.sampled_from(EXAMPLES), st.integers(0), st.integers(1, 255))
    @settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_one_changed_byte(self, good: tuple[Up | Down, bytes], place: int, change: int) -> None:
        payload = bytearray(good[1])
        payload[place % len(payload)] ^= change
        never_anything_else(good[0], bytes(payload))

    @given(
        st.sampled_from([*Up, *Down]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner, max_size=15) | st.dictionaries(st.text(), inner, max_size=3),
        ),
    )
    @settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @pytest.mark.slow
    def test_well_formed_nonsense(self, kind: Up | Down, body: object) -> None:
        code = decode.__globals__["_KINDS"][kind][0]
        never_anything_else(kind, packed(body, kind=code))

    def test_every_cut_of_a_batch(self) -> None:
        for kind, payload in EXAMPLES:
            for end in range(len(payload)):
                with pytest.raises(DecodeError):
                    decode(kind, payload[:end])
