"""Batches: what is packed comes back exactly, and a reading costs at most four bytes."""

import json
import random
import sys
from array import array

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import DecodeError
from common.message import (
    ROWS_MAX,
    Batch,
    Catalog,
    Channel,
    Codec,
    Lane,
    Rows,
    Topic,
    Up,
    decode,
    read,
)
from common.reading import VALUE_MAX
from tests.common.message.builders import BYTES_PER_READING_MAX, GATEWAY, catalog, code_of, packed, rows

numbers = st.integers(-VALUE_MAX, VALUE_MAX)
facts = st.lists(
    st.tuples(
        st.integers(1, 50), st.integers(0, 2), st.integers(0, 2**47), numbers, st.integers(0, 4), st.integers(0, 3)
    ),
    min_size=1,
    max_size=60,
)


class TestBatches:
    @given(facts, st.tuples(numbers, numbers, numbers), st.sampled_from(Lane))
    @settings(max_examples=300, deadline=None)
    def test_rows_come_back_exactly(
        self, steps: list[tuple[int, int, int, int, int, int]], bases: tuple[int, int, int], lane: Lane
    ) -> None:
        agreed = Catalog(5, 2, tuple(Channel(f"m{n}", "r", "kWh", "index", base) for n, base in enumerate(bases)))
        sequence = 0
        given_rows: list[list[int]] = []
        for step, *rest in steps:
            sequence += step
            given_rows.append([sequence, *rest])
        columns = [[row[place] for row in given_rows] for place in range(6)]
        sequences, channels, ats, values = (array("q", column) for column in columns[:4])
        sent = Rows(sequences, channels, ats, values, bytes(columns[4]), bytes(columns[5]))
        codec = Codec(GATEWAY, agreed)

        topic = Topic(GATEWAY, Up.LIVE if lane is Lane.LIVE else Up.BACKLOG)
        _, batch = read(str(topic), codec.encode(lane, sent))

        assert isinstance(batch, Batch)
        assert sent == codec.rows(batch)

    def test_readings_carry_the_catalogs_names(self) -> None:
        codec = Codec(GATEWAY, catalog())
        batch = codec.batch(Lane.LIVE, rows((9, 1, 1000, 55)))
        ((sequence, reading),) = codec.readings(batch)

        assert (9, "m1", "import", "kWh", 1000, 55) == (
            sequence,
            reading.meter,
            reading.register,
            reading.unit,
            reading.at_ms,
            reading.value,
        )

    def test_a_batch_of_another_gateway_does_not_verify(self) -> None:
        batch = Codec("gw-a", catalog()).batch(Lane.LIVE, rows((1, 0, 0, 5)))
        with pytest.raises(DecodeError, match="digest"):
            Codec("gw-b", catalog()).rows(batch)

    def test_a_batch_read_with_another_base_does_not_verify(self) -> None:
        """The same version with other content: a cloned card, or a bug. Never a wrong value."""
        batch = Codec(GATEWAY, catalog(base=1)).batch(Lane.LIVE, rows((1, 0, 0, 5)))
        with pytest.raises(DecodeError, match="digest"):
            Codec(GATEWAY, catalog(base=2)).rows(batch)

    def test_a_batch_of_another_catalog_version_says_so(self) -> None:
        batch = Codec(GATEWAY, catalog(version=2)).batch(Lane.LIVE, rows((1, 0, 0, 5)))
        with pytest.raises(DecodeError) as caught:
            Codec(GATEWAY, catalog(version=1)).rows(batch)
        assert "other_catalog" == caught.value.code

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"count": 0}, "bad_frame"),
            ({"count": ROWS_MAX + 1}, "bad_frame"),
            ({"first_sequence": 0}, "bad_frame"),
            ({"first_sequence": -1}, "bad_frame"),
            ({"first_at_ms": -1}, "bad_frame"),
            ({"lane": 2}, "bad_frame"),
            ({"epoch": 0}, "bad_frame"),
            ({"epoch": 2**63}, "bad_frame"),
            ({"digest": b"short"}, "bad_frame"),
            ({"value": 1.5}, "bad_frame"),
            ({"value": float("nan")}, "bad_frame"),
            ({"value": None}, "bad_frame"),
        ],
    )
    def test_fields_out_of_range_are_refused_when_decoding(self, change: dict[str, object], code: str) -> None:
        batch = Codec(GATEWAY, catalog()).batch(Lane.LIVE, rows((1, 0, 0, 5), (2, 1, 0, 6)))
        fields = [change.get(name, getattr(batch, name)) for name in Batch.__struct_fields__]
        assert code == code_of(packed(fields))

    @pytest.mark.parametrize(
        "change",
        [
            {"value": (0, b"\x01\x02\x03")},
            {"value": (0, b"\x00" * 34)},
            {"value": (2**62, b"\xff" * 16)},
            {"value": 2**62},
            {"channel": 5},
            {"first_channel": 3},
            {"channel": -2},
            {"sequence": 0},
            {"sequence": -1},
            {"sequence": (2**62, b"\xff" * 8)},
            {"at_ms": -(2**60)},
            {"at_ms": 2**62},
            {"quality": 5},
            {"quality": (0, b"\x00")},
            {"quality": (0, b"\x00\x09")},
            {"quality": (1, b"\x00\x00")},
            {"time_quality": 4},
        ],
    )
    def test_columns_that_make_no_sense_are_refused_when_unpacking(self, change: dict[str, object]) -> None:
        codec = Codec(GATEWAY, catalog())
        batch = codec.batch(Lane.LIVE, rows((1, 0, 0, 5), (2, 1, 0, 6)))
        with pytest.raises(DecodeError):
            codec.rows(msgspec.structs.replace(batch, **change))

    def test_a_lane_on_the_other_lanes_topic_is_refused(self) -> None:
        payload = Codec(GATEWAY, catalog()).encode(Lane.BACKLOG, rows((1, 0, 0, 5)))
        assert "bad_frame" == code_of(payload, Up.LIVE)


def meter_round(registers: int, *, rounds: int = 1, meters: int = 50) -> tuple[Catalog, Rows]:
    """What 50 houses say in one poll round: counters a month away from their base, read one after another."""
    chance = random.Random(registers)
    channels, values = [], []
    for meter in range(meters):
        for register in ("import", "export", "power", "voltage")[:registers]:
            now = {"power": 2_000, "voltage": 230_000}.get(register, chance.randrange(10**6, 10**8))
            channels.append(Channel(f"meter-{meter:014d}", register, "kWh", "index", now))
            values.append(now)
    readings: list[tuple[int, int, int, int]] = []
    for number in range(rounds):
        at_ms = 1_790_000_000_000 + number * 60_000
        for meter in range(meters):
            at_ms += chance.choice((0, 0, 0, 100))  # agents give tenths of a second
            for place in range(registers):
                channel = meter * registers + place
                step = (50_000, 20_000, 5_000, 8_000)[place] if number == 0 else (30, 10, 5_000, 8_000)[place]
                values[channel] = (channels[channel].base if place > 1 else values[channel]) + chance.randrange(step)
                readings.append((len(readings) + 1_000_000, channel, at_ms, values[channel]))
    return Catalog(chance.getrandbits(62) + 1, 1, tuple(channels)), rows(*readings)


def thingsboard_json(agreed: Catalog, sent: Rows) -> bytes:
    """The same readings as ThingsBoard's gateway API has them: names of 20 bytes, keys of two letters."""
    body: dict[str, dict[int, dict[str, float]]] = {}
    for channel, at_ms, value in zip(sent.channel, sent.at_ms, sent.value, strict=True):
        meter = agreed.channels[channel].meter
        body.setdefault(meter, {}).setdefault(at_ms, {})[agreed.channels[channel].register[:2]] = value / 1000
    telemetry = {m: [{"ts": at, "values": v} for at, v in times.items()] for m, times in body.items()}
    return json.dumps(telemetry, separators=(",", ":")).encode()


@pytest.mark.parametrize("registers", [1, 2, 4])
def test_a_round_of_50_meters_costs_at_most_four_bytes_a_reading(
    registers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    agreed, sent = meter_round(registers)
    assert {20} == {len(channel.meter) for channel in agreed.channels}
    ours, theirs = len(Codec(GATEWAY, agreed).encode(Lane.LIVE, sent)), len(thingsboard_json(agreed, sent))
    with capsys.disabled():
        print(
            f"\n50 meters x {registers}: {ours} bytes, {ours / len(sent):.2f} a reading; "
            f"ThingsBoard JSON: {theirs}, {theirs / len(sent):.1f} a reading ({theirs / ours:.0f} times)"
        )
    assert ours / len(sent) <= BYTES_PER_READING_MAX


def test_a_backlog_costs_less_and_unpacks_with_few_calls(capsys: pytest.CaptureFixture[str]) -> None:
    agreed, sent = meter_round(1, rounds=100, meters=20)
    codec = Codec(GATEWAY, agreed)
    payload = codec.encode(Lane.BACKLOG, sent)
    calls = _calls(codec, payload)
    with capsys.disabled():
        print(f"\nbacklog: {len(payload) / len(sent):.2f} bytes and {calls / len(sent):.2f} calls a reading")
    assert len(payload) / len(sent) <= 2
    assert calls / len(sent) <= 2


def _calls(codec: Codec, payload: bytes) -> int:
    """How many functions, Python's own among them, are called to unpack a payload: a clock would tell the machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        message = decode(Up.BACKLOG, payload)
        assert isinstance(message, Batch)
        codec.rows(message)
    finally:
        sys.setprofile(None)
    return calls
