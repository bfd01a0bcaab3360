"""The samples of a profile, put through the same decoding as answers of a real meter; pure."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from common.errors import DecodeError
from common.profile import MeterProfile, Sample
from edge_agent.drivers.codecs import json_values, obis
from edge_agent.drivers.codecs.iec62056_readout import decode_readout
from edge_agent.drivers.codecs.mbus_match import values_by_register
from edge_agent.drivers.codecs.mbus_record import records
from edge_agent.drivers.codecs.mbus_telegram import decode_application
from edge_agent.drivers.codecs.sms_text import values_in_text
from edge_agent.drivers.modbus_words import register_value, words_to_bytes
from edge_agent.drivers.values import ExactValue, decimal_text

FIXED_CI = 0x73


def sample_faults(profile: MeterProfile) -> Iterator[str]:
    """A sentence for each sample that does not give its value."""
    for number, sample in enumerate(profile.samples):
        try:
            decoded = sampled(profile, sample)
        except DecodeError as error:
            yield f"samples[{number}]: {error.message}"
            continue
        if decoded != Decimal(sample.value):
            text = "nothing" if decoded is None else decimal_text(decoded)
            yield f"samples[{number}]: {sample.register} gives {text}, not {sample.value}"


def sampled(profile: MeterProfile, sample: Sample) -> Decimal | None:
    """What a sample gives, in the register's unit."""
    return READERS[profile.protocol](profile, sample)


def _value_of(values: Mapping[str, ExactValue], sample: Sample) -> Decimal | None:
    return values[sample.register].value if sample.register in values else None


def _modbus_sample(profile: MeterProfile, sample: Sample) -> Decimal | None:
    word = sample.scale_word or 0
    return register_value(
        words_to_bytes(sample.words),
        profile.registers[sample.register],
        word_order=profile.read.word_order,
        byte_order=profile.read.byte_order,
        exponent=word - 0x10000 if word & 0x8000 else word,
    )


def _mbus_sample(profile: MeterProfile, sample: Sample) -> Decimal | None:
    """One record, or the sixteen bytes of a fixed telegram."""
    data = bytes.fromhex(sample.hex)
    register = profile.registers[sample.register]
    fixed = register.record is not None and register.record.function in ("actual", "stored")
    telegram_records = decode_application(FIXED_CI, data).records if fixed else tuple(records(data))
    return _value_of(values_by_register(profile, telegram_records, [sample.register]), sample)


def _obis_sample(profile: MeterProfile, sample: Sample) -> Decimal | None:
    """One line of a readout."""
    values = decode_readout(f"/XXX0\r\n{sample.text}\r\n!\r\n".encode()).values
    return _value_of(obis.values_by_register(profile, values, [sample.register]), sample)


def _sms_sample(profile: MeterProfile, sample: Sample) -> Decimal | None:
    """The text of a message."""
    return _value_of(values_in_text(profile, sample.text, [sample.register]), sample)


def _json_sample(profile: MeterProfile, sample: Sample) -> Decimal | None:
    """A message, the topic before it if it matters: `emdata:0 {"total_act": 12}`."""
    topic, _, body = ("", "", sample.text) if sample.text.startswith("{") else sample.text.partition(" ")
    message = json_values.Message(topic, json_values.parse(body.encode()), 0)
    values = json_values.values_by_register(profile, [message], [sample.register])
    return values[sample.register].exact.value if sample.register in values else None


def _csv_sample(profile: MeterProfile, sample: Sample) -> Decimal | None:
    """What stands in a register's column."""
    return (
        Decimal(sample.text.replace(str(profile.options.get("decimal", ".")), "."))
        * profile.registers[sample.register].scale
    )


READERS: Mapping[str, Callable[[MeterProfile, Sample], Decimal | None]] = {
    "modbus": _modbus_sample,
    "mbus": _mbus_sample,
    "wmbus": _mbus_sample,
    "dlms": _obis_sample,
    "iec62056": _obis_sample,
    "d0": _obis_sample,
    "p1": _obis_sample,
    "sml": _obis_sample,
    "sms": _sms_sample,
    "mqtt": _json_sample,
    "http": _json_sample,
    "csv": _csv_sample,
}
