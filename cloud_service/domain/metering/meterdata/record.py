"""One line of an Australian meter data file (AEMO MDFF), and what its fields mean in NEM12 and NEM13 alike."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Never

from cloud_service.domain.metering.meterdata.series import BadFileError, exact
from common.reading import Quality

NEM_TIME = timezone(timedelta(hours=10))  # all year, in every state
NMI_LENGTHS = range(1, 12)

# quality method flag -> our quality; V (varies) is resolved by 400 records
QUALITIES = {
    "A": Quality.ACTUAL,
    "S": Quality.SUBSTITUTED,
    "F": Quality.SUBSTITUTED,
    "E": Quality.ESTIMATED,
    "N": Quality.MISSING,
}
NEEDS_METHOD = frozenset("SFE")  # these carry the two digits of the substitution method


@dataclass(frozen=True, slots=True)
class MdffRecord:
    """The fields of one line; fields past the end read as empty."""

    line: int
    fields: tuple[str, ...]

    def text(self, index: int) -> str:
        """The field without surrounding blanks."""
        return self.fields[index].strip() if index < len(self.fields) else ""

    def need(self, index: int, name: str) -> str:
        """A field that must not be empty."""
        return self.text(index) or self.refuse(f"{name} is empty", name)

    def number(self, index: int, name: str) -> Decimal:
        """A plain number that is not negative: the format allows no negative energy."""
        value = exact(self.need(index, name), line=self.line, field=name)
        if value < 0:
            self.refuse(f"{value} is negative", name)
        return value

    def whole(self, index: int, name: str, low: int, high: int) -> int:
        """A whole number between two bounds, both included."""
        text = self.need(index, name)
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            self.refuse(f"{text!r} is not a whole number from {low} to {high}", name)
        return int(text)

    def day(self, index: int, name: str) -> date:
        """A date written YYYYMMDD."""
        return self._moment(index, name, "YYYYMMDD").date()

    def instant_ms(self, index: int, name: str) -> int:
        """An instant written YYYYMMDDhhmmss in NEM time, as milliseconds in UTC."""
        return milliseconds(self._moment(index, name, "YYYYMMDDhhmmss"))

    def _moment(self, index: int, name: str, form: str) -> datetime:
        text = self.need(index, name)
        if len(text) == len(form) and text.isascii() and text.isdigit():
            digits = text.ljust(14, "0")
            with suppress(ValueError):
                day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
                return datetime.combine(day, time(int(digits[8:10]), int(digits[10:12]), int(digits[12:])), NEM_TIME)
        return self.refuse(f"{text!r} is not a time {form}", name)

    def quality(self, index: int, name: str, allowed: str) -> str:
        """The flag of a quality method such as A, S14 or F52."""
        method = self.need(index, name)
        flag, digits = method[0], method[1:]
        digit_count = 2 if flag in NEEDS_METHOD else 0
        if flag not in allowed or len(digits) != digit_count or (digits and not digits.isdigit()):
            self.refuse(f"{method!r} is not a quality method", name)
        return flag

    def nmi(self) -> str:
        """The metering point of a 200 or 250 record."""
        nmi = self.need(1, "NMI")
        return nmi if nmi.isalnum() and len(nmi) in NMI_LENGTHS else self.refuse(f"{nmi!r} is not an NMI", "NMI")

    def refuse(self, message: str, field: str) -> Never:
        """Refuse the whole file because of this field."""
        raise BadFileError(message, line=self.line, field=field)


def quantity_and_direction(suffix: str, unit: str) -> tuple[str, str]:
    """(quantity, direction) of an NMI suffix: E and Q flow to the client, B and K from them to the grid."""
    direction = "export" if suffix[:1] in ("B", "K") else "import"
    quantity = {"kvarh": "reactive_energy", "kVAh": "apparent_energy", "kWh": "active_energy"}.get(unit, "other")
    return quantity, direction if quantity != "other" else "none"


def day_start_ms(day: date) -> int:
    """Midnight NEM time of a day as milliseconds in UTC."""
    return milliseconds(datetime.combine(day, time(), NEM_TIME))


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime, without a float on the way."""
    past = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * 1000 + past.microseconds // 1000
