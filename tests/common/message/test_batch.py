"""The wire: what is packed comes back, everything else is a DecodeError, and a reading costs at most four bytes."""

import json
import random
import time
import zlib
from array import array

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.errors import DecodeError, InputError
from common.message import (
    BODY_SIZE_MAX,
    PAYLOAD_SIZE_MAX,
    ROWS_MAX,
    Batch,
    Catalog,
    Channel,
    Codec,
    Down,
    Health,
    Lane,
    Receipt,
    Rejection,
    Rows,
    Status,
    Topic,
    Up,
    Void,
    decode,
    encode,
    extends,
    parse_topic,
    read,
)
from common.message.envelope import HEADER, MAGIC, VERSION, MessageKind, check_shape
from common.reading import VALUE_MAX

GATEWAY = "gw-0001"
BYTES_PER_READING_MAX = 4


def catalog(channels: int = 3, *, base: int = 0, epoch: int = 7, version: int = 1) -> Catalog:
    return Catalog(epoch, version, tuple(Channel(f"m{n}", "import", "kWh", "index", base) for n in range(channels)))


def rows(*facts: tuple[int, int, int, int], quality: int = 0, time_quality: int = 0) -> Rows:
    """Rows from (sequence, channel, at_ms, value)."""
    sequence, channel, at_ms, value = (array("q", column) for column in zip(*facts, strict=True))
    return Rows(sequence, channel, at_ms, value, bytes([quality]) * len(facts), bytes([time_quality]) * len(facts))


def packed(body: object, *, kind: int = MessageKind.BATCH, size: int | None = None, version: int = VERSION) -> bytes:
    """A payload around any msgpack body."""
    raw = body if isinstance(body, bytes) else msgspec.msgpack.encode(body)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    header = HEADER.pack(MAGIC, version, kind, len(raw) if size is None else size)
    return header + deflate.compress(raw) + deflate.flush()


def code_of(payload: bytes, kind: Up | Down = Up.LIVE) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(kind, payload)
    return caught.value.code


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
        self, found: list[tuple[int, int, int, int, int, int]], bases: tuple[int, int, int], lane: Lane
    ) -> None:
        known = Catalog(5, 2, tuple(Channel(f"m{n}", "r", "kWh", "index", base) for n, base in enumerate(bases)))
        sequence = 0
        given_rows: list[list[int]] = []
        for step, *rest in found:
            sequence += step
            given_rows.append([sequence, *rest])
        columns = [[row[place] for row in given_rows] for place in range(6)]
        sequences, channels, ats, values = (array("q", column) for column in columns[:4])
        sent = Rows(sequences, channels, ats, values, bytes(columns[4]), bytes(columns[5]))
        codec = Codec(GATEWAY, known)

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


class TestRulesForChange:
    def test_fields_of_a_newer_version_are_ignored(self) -> None:
        receipt = Receipt(7, 5, 9, ((6, 6),), 100, 12345)
        longer = [*msgspec.to_builtins(receipt), "something new", {"and": "more"}]
        assert receipt == decode(Down.RECEIPT, packed(longer, kind=MessageKind.RECEIPT))

    def test_fields_an_older_version_lacks_have_defaults(self) -> None:
        assert Receipt(7, 5, 9) == decode(Down.RECEIPT, packed([7, 5, 9], kind=MessageKind.RECEIPT))

    def test_an_unknown_version_is_refused_by_name(self) -> None:
        assert "unknown_version" == code_of(packed([], version=2))

    def test_an_unknown_kind_is_refused_by_name(self) -> None:
        assert "unknown_kind" == code_of(packed([], kind=99))

    def test_a_catalog_may_grow_but_not_change_its_numbers(self) -> None:
        assert extends(catalog(4, base=9, version=2), catalog(3))
        assert not extends(catalog(2, version=2), catalog(3))
        assert not extends(catalog(3, epoch=8), catalog(3))
        other = Catalog(7, 2, (Channel("x", "import", "kWh", "index"), *catalog().channels[1:]))
        assert not extends(other, catalog(3))


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
        started = time.perf_counter()
        assert "bad_frame" == code_of(bomb)
        assert time.perf_counter() - started < 0.05

    def test_a_deep_nest_is_refused_before_it_is_built(self) -> None:
        assert "too_deep" == code_of(packed(b"\x91" * 100_000))

    def test_an_array_that_claims_more_items_than_there_are_is_refused(self) -> None:
        assert "bad_frame" == code_of(packed(b"\xdd\xff\xff\xff\xff" + b"\x00" * 1000))
        assert "bad_frame" == code_of(packed(b"\xdd\x00\x0f\x00\x00" + b"\x00" * 0x0F0000))

    def test_bytes_after_the_end_are_refused(self) -> None:
        assert "bad_frame" == code_of(
            packed(msgspec.msgpack.encode([7, 5, 9]) + b"\x00", kind=MessageKind.RECEIPT), Down.RECEIPT
        )

    @pytest.mark.parametrize("name", ["", "x" * 65, "a\x00b", "a\nb"])
    def test_names_in_a_catalog_have_one_to_64_printable_characters(self, name: str) -> None:
        body = [7, 1, [[name, "import", "kWh", "index", 0]]]
        assert "bad_frame" == code_of(packed(body, kind=MessageKind.CATALOG), Up.CATALOG)

    def test_a_register_with_two_numbers_is_refused(self) -> None:
        body = [7, 1, [["m", "import", "kWh", "index", 0], ["m", "import", "kWh", "index", 0]]]
        assert "bad_frame" == code_of(packed(body, kind=MessageKind.CATALOG), Up.CATALOG)

    def test_a_range_that_ends_before_it_starts_is_refused(self) -> None:
        assert "bad_frame" == code_of(packed([7, 5, 9, [[8, 6]]], kind=MessageKind.RECEIPT), Down.RECEIPT)


EXAMPLES: list[tuple[Up | Down, bytes]] = [
    (Up.CATALOG, encode(catalog())),
    (Up.LIVE, Codec(GATEWAY, catalog()).encode(Lane.LIVE, rows((1, 0, 0, 5), (2, 1, 60_000, 700_000)))),
    (Up.VOID, encode(Void(7, ((1, 3),), "thinned"))),
    (Up.STATUS, encode(Status("online", "energy-edge 1", "boot", 7, 1, ((7, 3),)))),
    (Up.HEALTH, encode(Health(1, 2, 3, 4, 5, 6, "ok", 0, 0, 0, 0))),
    (Down.RECEIPT, encode(Receipt(7, 5, 9, ((6, 6),), 100, 12345, send_catalog=True, resend=((1, 2),)))),
    (Down.REJECTION, encode(Rejection("bad_frame", "why", "live", 7, 1, 2))),
]


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

    def test_every_cut_of_a_batch(self) -> None:
        for kind, payload in EXAMPLES:
            for end in range(len(payload)):
                with pytest.raises(DecodeError):
                    decode(kind, payload[:end])


def meter_round(registers: int, *, rounds: int = 1, meters: int = 50) -> tuple[Catalog, Rows]:
    """What 50 houses say in one poll round: counters a month away from their base, read one after another."""
    chance = random.Random(registers)
    channels, values = [], []
    for meter in range(meters):
        for register in ("import", "export", "power", "voltage")[:registers]:
            now = {"power": 2_000, "voltage": 230_000}.get(register, chance.randrange(10**6, 10**8))
            channels.append(Channel(f"meter-{meter:014d}", register, "kWh", "index", now))
            values.append(now)
    found: list[tuple[int, int, int, int]] = []
    for number in range(rounds):
        at_ms = 1_790_000_000_000 + number * 60_000
        for meter in range(meters):
            at_ms += chance.choice((0, 0, 0, 100))  # agents give tenths of a second
            for place in range(registers):
                channel = meter * registers + place
                step = (50_000, 20_000, 5_000, 8_000)[place] if number == 0 else (30, 10, 5_000, 8_000)[place]
                values[channel] = (channels[channel].base if place > 1 else values[channel]) + chance.randrange(step)
                found.append((len(found) + 1_000_000, channel, at_ms, values[channel]))
    return Catalog(chance.getrandbits(62) + 1, 1, tuple(channels)), rows(*found)


def thingsboard_json(known: Catalog, sent: Rows) -> bytes:
    """The same readings as ThingsBoard's gateway API has them: names of 20 bytes, keys of two letters."""
    body: dict[str, dict[int, dict[str, float]]] = {}
    for channel, at_ms, value in zip(sent.channel, sent.at_ms, sent.value, strict=True):
        meter = known.channels[channel].meter
        body.setdefault(meter, {}).setdefault(at_ms, {})[known.channels[channel].register[:2]] = value / 1000
    telemetry = {m: [{"ts": at, "values": v} for at, v in times.items()] for m, times in body.items()}
    return json.dumps(telemetry, separators=(",", ":")).encode()


@pytest.mark.parametrize("registers", [1, 2, 4])
def test_a_round_of_50_meters_costs_at_most_four_bytes_a_reading(
    registers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    known, sent = meter_round(registers)
    assert {20} == {len(channel.meter) for channel in known.channels}
    ours, theirs = len(Codec(GATEWAY, known).encode(Lane.LIVE, sent)), len(thingsboard_json(known, sent))
    with capsys.disabled():
        print(
            f"\n50 meters x {registers}: {ours} bytes, {ours / len(sent):.2f} a reading; "
            f"ThingsBoard JSON: {theirs}, {theirs / len(sent):.1f} a reading ({theirs / ours:.0f} times)"
        )
    assert ours / len(sent) <= BYTES_PER_READING_MAX


def test_a_backlog_costs_less_and_unpacks_fast(capsys: pytest.CaptureFixture[str]) -> None:
    known, sent = meter_round(1, rounds=100, meters=20)
    codec = Codec(GATEWAY, known)
    payload = codec.encode(Lane.BACKLOG, sent)
    fastest = min(_seconds(codec, payload) for _ in range(5))
    with capsys.disabled():
        print(f"\nbacklog: {len(payload) / len(sent):.2f} bytes a reading, {len(sent) / fastest:,.0f} unpacked/s/core")
    assert len(payload) / len(sent) <= 2
    assert len(sent) / fastest > 200_000


def _seconds(codec: Codec, payload: bytes) -> float:
    started = time.perf_counter()
    message = decode(Up.BACKLOG, payload)
    assert isinstance(message, Batch)
    codec.rows(message)
    return time.perf_counter() - started
