"""The fields of an upload of readings: the file, and how a table of them is read."""

from cloud_service.domain.metering.meterdata.csv_table import COLUMNS
from cloud_service.domain.metering.meterdata.table_guess import TIME_FORMATS
from cloud_service.web.console.customers.move_in import site_names
from cloud_service.web.forms import Field
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.navigation import site_clock
from common.period import STEPS_S

COLUMN_LABELS = {
    "meter": _l("Meter"), "register": _l("Register"), "time": _l("Time"), "time_of_day": _l("Time of day"),
    "value": _l("Value"), "unit": _l("Unit"), "kind": _l("Kind"), "step": _l("Step in seconds"),
    "quality": _l("Quality"), "direction": _l("Direction"),
}  # fmt: skip
COLUMN_OPTIONS = (("", _l("Leave out")), *((name, COLUMN_LABELS[name]) for name in COLUMNS))
FORMAT_OPTIONS = (
    ("", _l("Found by itself")), ("csv", _l("Table (CSV)")), ("nem12", _l("NEM12, NEM13")),
    ("green_button", _l("Green Button")), ("mscons", _l("MSCONS")),
)  # fmt: skip
SIGNS = (".", ",")


def file_fields() -> tuple[Field, ...]:
    """What every format is asked for."""
    sites = (("", _("Refuse the file")), *((name, name) for name, _label in site_names()))
    return (
        Field("file", _("File"), "file", _("All of it is taken in, or nothing. The same file again changes nothing.")),
        Field("format", _("Format"), "choice", options=FORMAT_OPTIONS),
        Field("site", _("Meters that are not known"), "choice", _("Or make them at this site."), options=sites),
        Field("reason", _("Why"), hint=_("Needed where a value differs from the one that is stored.")),
    )


def table_fields() -> tuple[Field, ...]:
    """How a table writes numbers and times, and what it does not say itself."""
    group = _("What the table does not say")
    zones = tuple((clock.zone, clock.name) for clock in site_clock())
    return (
        Field("decimal", _("Decimal sign"), "choice", options=tuple((sign, sign) for sign in SIGNS), group=group),
        Field("time_format", _("Times are written"), "choice", options=_time_options(), group=group),
        Field("zone", _("Time zone"), hint=_("Of times without an offset."), options=zones, required=True, group=group),
        Field("kind", _("The values are"), "choice", options=_kind_options(), group=group),
        Field("interval_time", _("The time of an interval is"), "choice", options=_interval_options(), group=group),
        Field("step", _("Step in seconds"), "choice", options=_step_options(), group=group),
        Field("register", _("Register"), hint=_("Where no column names it; else import."), group=group),
        Field("unit", _("Unit"), hint=_("Where no column names it; else what each meter counts."), group=group),
    )


def _kind_options() -> tuple[tuple[str, str], ...]:
    return tuple(option for option in options("register_kind") if option[0] in ("index", "interval"))


def _step_options() -> tuple[tuple[str, str], ...]:
    return *((str(step_s), str(step_s)) for step_s in STEPS_S), ("day", _("a day")), ("month", _("a month"))


def _interval_options() -> tuple[tuple[str, str], ...]:
    return ("start", _("its start")), ("end", _("its end"))


def _time_options() -> tuple[tuple[str, str], ...]:
    """Each style by an example that cannot be misread."""
    example = {"%d": "25", "%m": "11", "%Y": "2026", "%H": "13", "%M": "45", "%S": "00", "%I": "01", "%p": "PM"}
    time_options = [("", "2026-11-25 13:45")]
    for form in TIME_FORMATS[1:]:
        text = form
        for sign, digits in example.items():
            text = text.replace(sign, digits)
        time_options.append((form, text))
    return tuple(time_options)
