"""What M-Bus value information fields mean (EN 13757-3, tables of VIF, FD, FB and combinable VIFE); pure.

Every meaning is a quantity, a base unit and an exact factor: 10 kWh comes out as Wh x 10000.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

SECONDS = {0: Decimal(1), 1: Decimal(60), 2: Decimal(3600), 3: Decimal(86400)}
MONTH_YEAR = ("months", "years")


@dataclass(frozen=True, slots=True)
class VifMeaning:
    """Value = raw x factor, in `unit`. `coding` says how bytes are to be read where that is not a number."""

    quantity: str
    unit: str
    factor: Decimal = Decimal(1)
    coding: str = "number"  # number, unsigned, date, datetime, daylight, raw (named, but not taken apart)


def power_of_ten(exponent: int) -> Decimal:
    """An exact power of ten."""
    return Decimal(1).scaleb(exponent)


RESERVED = VifMeaning("Reserved", "Reserved")


def _decimal_scale(quantity: str, unit: str, first: int, *, factor: int = 1) -> Callable[[int], VifMeaning]:
    return lambda n: VifMeaning(quantity, unit, power_of_ten(first + n) * factor)


def _time(quantity: str) -> Callable[[int], VifMeaning]:
    return lambda n: VifMeaning(quantity, "s", SECONDS[n])


def _long_time(quantity: str) -> Callable[[int], VifMeaning]:
    """Hours, days, months, years."""
    return lambda n: VifMeaning(quantity, "s", SECONDS[n + 2]) if n < 2 else VifMeaning(quantity, MONTH_YEAR[n - 2])


def _meaning(quantity: str, unit: str = "", coding: str = "number") -> Callable[[int], VifMeaning]:
    return lambda _: VifMeaning(quantity, unit, coding=coding)


VifRow = tuple[int, int, Callable[[int], VifMeaning]]

PRIMARY: tuple[VifRow, ...] = (
    # first code, last code, meaning of the offset from the first
    (0x00, 0x07, _decimal_scale("Energy", "Wh", -3)),
    (0x08, 0x0F, _decimal_scale("Energy", "J", 0)),
    (0x10, 0x17, _decimal_scale("Volume", "m^3", -6)),
    (0x18, 0x1F, _decimal_scale("Mass", "kg", -3)),
    (0x20, 0x23, _time("On time")),
    (0x24, 0x27, _time("Operating time")),
    (0x28, 0x2F, _decimal_scale("Power", "W", -3)),
    (0x30, 0x37, _decimal_scale("Power", "J/h", 0)),
    (0x38, 0x3F, _decimal_scale("Volume flow", "m^3/h", -6)),
    (0x40, 0x47, _decimal_scale("Volume flow", "m^3/h", -7, factor=60)),
    (0x48, 0x4F, _decimal_scale("Volume flow", "m^3/h", -9, factor=3600)),
    (0x50, 0x57, _decimal_scale("Mass flow", "kg/h", -3)),
    (0x58, 0x5B, _decimal_scale("Flow temperature", "°C", -3)),
    (0x5C, 0x5F, _decimal_scale("Return temperature", "°C", -3)),
    (0x60, 0x63, _decimal_scale("Temperature difference", "K", -3)),
    (0x64, 0x67, _decimal_scale("External temperature", "°C", -3)),
    (0x68, 0x6B, _decimal_scale("Pressure", "bar", -3)),
    (0x6C, 0x6C, _meaning("Time point (date)", "-", "date")),
    (0x6D, 0x6D, _meaning("Time point (date & time)", "-", "datetime")),
    (0x6E, 0x6E, _meaning("H.C.A.", "Units for H.C.A.")),
    (0x6F, 0x6F, lambda _: RESERVED),
    (0x70, 0x73, _time("Averaging Duration")),
    (0x74, 0x77, _time("Actuality Duration")),
    (0x78, 0x78, _meaning("Fabrication No")),
    (0x79, 0x79, _meaning("(Enhanced) Identification")),
    (0x7A, 0x7A, _meaning("Bus Address", coding="unsigned")),
    (0x7E, 0x7E, _meaning("Any VIF")),
    (0x7F, 0x7F, _meaning("Manufacturer specific")),
)

EXTENSION_FD: tuple[VifRow, ...] = (
    (0x00, 0x03, _decimal_scale("Credit", "Currency units", -3)),
    (0x04, 0x07, _decimal_scale("Debit", "Currency units", -3)),
    (0x08, 0x08, _meaning("Access Number (transmission count)", coding="unsigned")),
    (0x09, 0x09, _meaning("Medium", coding="unsigned")),
    (0x0A, 0x0A, _meaning("Manufacturer")),
    (0x0B, 0x0B, _meaning("Parameter set identification")),
    (0x0C, 0x0C, _meaning("Model / Version")),
    (0x0D, 0x0D, _meaning("Hardware version")),
    (0x0E, 0x0E, _meaning("Firmware version")),
    (0x0F, 0x0F, _meaning("Software version")),
    (0x10, 0x10, _meaning("Customer location")),
    (0x11, 0x11, _meaning("Customer")),
    (0x12, 0x12, _meaning("Access Code User")),
    (0x13, 0x13, _meaning("Access Code Operator")),
    (0x14, 0x14, _meaning("Access Code System Operator")),
    (0x15, 0x15, _meaning("Access Code Developer")),
    (0x16, 0x16, _meaning("Password")),
    (0x17, 0x17, _meaning("Error flags", coding="unsigned")),
    (0x18, 0x18, _meaning("Error mask", coding="unsigned")),
    (0x19, 0x19, _meaning("Security key", coding="raw")),
    (0x1A, 0x1A, _meaning("Digital Output", coding="unsigned")),
    (0x1B, 0x1B, _meaning("Digital Input", coding="unsigned")),
    (0x1C, 0x1C, _meaning("Baudrate", "Baud")),
    (0x1D, 0x1D, _meaning("Response delay time", "bittimes")),
    (0x1E, 0x1E, _meaning("Retry")),
    (0x1F, 0x1F, _meaning("Remote control")),
    (0x20, 0x20, _meaning("First storage # for cyclic storage", coding="unsigned")),
    (0x21, 0x21, _meaning("Last storage # for cyclic storage", coding="unsigned")),
    (0x22, 0x22, _meaning("Size of storage block", coding="unsigned")),
    (0x23, 0x23, _meaning("Descriptor for tariff and device", coding="raw")),
    (0x24, 0x27, _time("Storage interval")),
    (0x28, 0x28, _meaning("Storage interval", "months")),
    (0x29, 0x29, _meaning("Storage interval", "years")),
    (0x2A, 0x2A, _meaning("Operator specific data", coding="raw")),
    (0x2B, 0x2B, _meaning("Time point (second)", "s", "unsigned")),
    (0x2C, 0x2F, _time("Duration since last readout")),
    (0x30, 0x30, _meaning("Start of tariff", "-", "datetime")),
    (0x31, 0x33, lambda n: VifMeaning("Duration of tariff", "s", SECONDS[n + 1])),
    (0x34, 0x37, _time("Period of tariff")),
    (0x38, 0x38, _meaning("Period of tariff", "months")),
    (0x39, 0x39, _meaning("Period of tariff", "years")),
    (0x3A, 0x3A, _meaning("Dimensionless")),
    (0x3B, 0x3B, _meaning("Container of a wireless M-Bus telegram", coding="raw")),
    (0x3C, 0x3F, _time("Period of nominal data transmissions")),
    (0x40, 0x4F, _decimal_scale("Voltage", "V", -9)),
    (0x50, 0x5F, _decimal_scale("Current", "A", -12)),
    (0x60, 0x60, _meaning("Reset counter", coding="unsigned")),
    (0x61, 0x61, _meaning("Cumulation counter", coding="unsigned")),
    (0x62, 0x62, _meaning("Control signal")),
    (0x63, 0x63, _meaning("Day of week")),
    (0x64, 0x64, _meaning("Week number")),
    (0x65, 0x65, _meaning("Time point of day change")),
    (0x66, 0x66, _meaning("State of parameter activation")),
    (0x67, 0x67, _meaning("Special supplier information")),
    (0x68, 0x6B, _long_time("Duration since last cumulation")),
    (0x6C, 0x6F, _long_time("Operating time battery")),
    (0x70, 0x70, _meaning("Date and time of battery change", "-", "datetime")),
    (0x71, 0x71, _meaning("RF level", "dBm")),
    (0x72, 0x72, _meaning("Daylight saving", "-", "daylight")),
    (0x73, 0x73, _meaning("Listening window management", coding="raw")),
    (0x74, 0x74, _meaning("Remaining battery life time", "d")),
    (0x75, 0x75, _meaning("Number of times the meter was stopped", coding="unsigned")),
    (0x76, 0x76, _meaning("Container of manufacturer specific data", coding="raw")),
)

EXTENSION_FD_FD: tuple[VifRow, ...] = (
    (0x00, 0x00, _meaning("Currently selected application", coding="unsigned")),
    (0x02, 0x02, _meaning("Remaining battery life time", "months")),
    (0x03, 0x03, _meaning("Remaining battery life time", "years")),
)

EXTENSION_FB: tuple[VifRow, ...] = (
    (0x00, 0x01, _decimal_scale("Energy", "Wh", 5)),
    (0x02, 0x03, _decimal_scale("Reactive energy", "varh", 3)),
    (0x04, 0x05, _decimal_scale("Apparent energy", "VAh", 3)),
    (0x08, 0x09, _decimal_scale("Energy", "J", 8)),
    (0x0C, 0x0F, _decimal_scale("Energy", "cal", 5)),
    (0x10, 0x11, _decimal_scale("Volume", "m^3", 2)),
    (0x14, 0x17, _decimal_scale("Reactive power", "var", 0)),
    (0x18, 0x19, _decimal_scale("Mass", "kg", 5)),
    (0x1A, 0x1B, _decimal_scale("Relative humidity", "%", -1)),
    (0x20, 0x20, _meaning("Volume", "feet^3")),
    (0x21, 0x21, lambda _: VifMeaning("Volume", "feet^3", power_of_ten(-1))),
    (0x22, 0x23, _decimal_scale("Volume", "American gallon", -1)),
    (0x24, 0x24, lambda _: VifMeaning("Volume flow", "American gallon/min", power_of_ten(-3))),
    (0x25, 0x25, _meaning("Volume flow", "American gallon/min")),
    (0x26, 0x26, _meaning("Volume flow", "American gallon/h")),
    (0x28, 0x29, _decimal_scale("Power", "W", 5)),
    (0x2A, 0x2A, lambda _: VifMeaning("Phase U-U", "°", power_of_ten(-1))),
    (0x2B, 0x2B, lambda _: VifMeaning("Phase U-I", "°", power_of_ten(-1))),
    (0x2C, 0x2F, _decimal_scale("Frequency", "Hz", -3)),
    (0x30, 0x31, _decimal_scale("Power", "J/h", 8)),
    (0x34, 0x37, _decimal_scale("Apparent power", "VA", 0)),
    (0x58, 0x5B, _decimal_scale("Flow temperature", "°F", -3)),
    (0x5C, 0x5F, _decimal_scale("Return temperature", "°F", -3)),
    (0x60, 0x63, _decimal_scale("Temperature difference", "°F", -3)),
    (0x64, 0x67, _decimal_scale("External temperature", "°F", -3)),
    (0x68, 0x6E, _meaning("Rating factor of a heat cost allocator", coding="raw")),
    (0x70, 0x73, _decimal_scale("Cold / Warm Temperature Limit", "°F", -3)),
    (0x74, 0x77, _decimal_scale("Cold / Warm Temperature Limit", "°C", -3)),
    (0x78, 0x7F, _decimal_scale("Cumul count max power", "W", -3)),
)

PER = {0x20: "s", 0x21: "min", 0x22: "h", 0x23: "d", 0x24: "week", 0x25: "month", 0x26: "year", 0x27: "revolution"}
NO_ERROR = "no error"
QUALIFIERS = {
    # combinable VIFE that say which value it is
    0x00: NO_ERROR,
    0x12: "average",
    0x13: "inverse compact profile",
    0x1E: "compact profile with registers",
    0x1F: "compact profile",
    0x28: "increment per input pulse on channel 0",
    0x29: "increment per input pulse on channel 1",
    0x2A: "increment per output pulse on channel 0",
    0x2B: "increment per output pulse on channel 1",
    0x39: "date and time of start",
    0x3A: "uncorrected unit",
    0x3B: "accumulation only if positive",
    0x3C: "accumulation of the absolute value only if negative",
    0x3D: "alternative non-metric units",
    0x3E: "value at base conditions",
    0x3F: "OBIS declaration",
    0x40: "lower limit",
    0x41: "number of exceeds of lower limit",
    0x48: "upper limit",
    0x49: "number of exceeds of upper limit",
    0x62: "date and time of begin of first lower limit exceed",
    0x63: "date and time of end of first lower limit exceed",
    0x66: "date and time of begin of last lower limit exceed",
    0x67: "date and time of end of last lower limit exceed",
    0x50: "duration of first lower limit exceed (s)",
    0x51: "duration of first lower limit exceed (min)",
    0x52: "duration of first lower limit exceed (h)",
    0x53: "duration of first lower limit exceed (d)",
    0x54: "duration of last lower limit exceed (s)",
    0x55: "duration of last lower limit exceed (min)",
    0x56: "duration of last lower limit exceed (h)",
    0x57: "duration of last lower limit exceed (d)",
    0x58: "duration of first upper limit exceed (s)",
    0x59: "duration of first upper limit exceed (min)",
    0x5A: "duration of first upper limit exceed (h)",
    0x5B: "duration of first upper limit exceed (d)",
    0x5C: "duration of last upper limit exceed (s)",
    0x5D: "duration of last upper limit exceed (min)",
    0x5E: "duration of last upper limit exceed (h)",
    0x5F: "duration of last upper limit exceed (d)",
    0x6A: "date and time of begin of first",
    0x6B: "date and time of end of first",
    0x6E: "date and time of begin of last",
    0x6F: "date and time of end of last",
    0x7E: "future value",
    0x7F: "manufacturer specific",
}
RECORD_ERRORS = {
    0x01: "too many DIFEs",
    0x02: "storage number not implemented",
    0x03: "unit number not implemented",
    0x04: "tariff number not implemented",
    0x05: "function not implemented",
    0x06: "data class not implemented",
    0x07: "data size not implemented",
    0x0B: "too many VIFEs",
    0x0C: "illegal VIF group",
    0x0D: "illegal VIF exponent",
    0x0E: "VIF and DIF do not fit",
    0x0F: "action not implemented",
    0x15: "no data available",
    0x16: "data overflow",
    0x17: "data underflow",
    0x18: "data error",
    0x1C: "premature end of record",
}


def lookup(table: tuple[VifRow, ...], code: int) -> VifMeaning:
    """The meaning of a code (without its extension bit); RESERVED if the standard gives it none."""
    for first, last, meaning in table:
        if first <= code <= last:
            return meaning(code - first)
    return RESERVED
