"""Which M-Bus records are a profile's registers, as exact values in their units; pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from common.profile import MeterProfile, Record
from edge_agent.drivers.codecs.mbus_record import MBusRecord
from edge_agent.drivers.codecs.mbus_telegram import Telegram
from edge_agent.drivers.codecs.mbus_vif import NO_ERROR
from edge_agent.drivers.values import ExactValue

FUNCTIONS = {
    "instantaneous": "Instantaneous value",
    "maximum": "Maximum value",
    "minimum": "Minimum value",
    "actual": "Actual value",
    "stored": "Stored value",
}
HARMLESS = {NO_ERROR, "accumulation only if positive", "manufacturer specific"}


def values_by_register(
    profile: MeterProfile, records: Sequence[MBusRecord], names: Iterable[str]
) -> dict[str, ExactValue]:
    """Exact value and raw bytes of each register that a valid record gives; others are left out."""
    values = {}
    for name in names:
        register = profile.registers[name]
        if register.record is None:
            continue
        matching = [record for record in records if fits(record, register.record)]
        if len(matching) <= register.record.nth:
            continue
        record = matching[register.record.nth]
        if record.valid and isinstance(record.value, Decimal):
            values[name] = ExactValue(record.value * register.scale, record.raw)
    return values


def fits(record: MBusRecord, selector: Record) -> bool:
    """Whether a record is what the profile means. One that says something else besides does not fit."""
    same = (record.quantity, record.storage, record.tariff, record.subunit) == (
        selector.quantity,
        selector.storage,
        selector.tariff,
        selector.subunit,
    )
    if not same or record.function != FUNCTIONS[selector.function] or (selector.unit and record.unit != selector.unit):
        return False
    if selector.qualifier:
        return selector.qualifier in record.qualifiers
    return set(record.qualifiers) <= HARMLESS


def mismatch(profile: MeterProfile, telegram: Telegram) -> str:
    """Why a telegram is not from a meter of this profile; "" if it may be."""
    for mark in profile.identify:
        if mark.manufacturer and telegram.manufacturer != mark.manufacturer:
            return f"its maker is {telegram.manufacturer or 'not named'}, not {mark.manufacturer}"
        if mark.versions and telegram.version not in mark.versions:
            return f"its version is {telegram.version}, not {' or '.join(map(str, mark.versions))}"
        if mark.media and telegram.medium not in mark.media:
            return f"its medium is {telegram.medium}, not {' or '.join(mark.media)}"
    return ""
