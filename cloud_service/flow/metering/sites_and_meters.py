"""Where energy is used: sites, their service points, meters and where they hang; each addition with its audit row."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from cloud_service.domain.calendar.holidays import calendars
from cloud_service.domain.customers.address_entry import settled_address
from cloud_service.domain.metering import mount_entry
from cloud_service.domain.money import currency_digits, exact
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.metering import dirty_days, mount_changes, mount_corrections, sites_and_meters
from cloud_service.store.metering.entered_registers import entered_registers
from cloud_service.store.metering.validation import register_faults
from common.errors import ConflictError, InputError, NotFoundError, at_field
from common.period import zone
from common.reading import Kind, Unit

UTILITIES = ("electricity", "water", "gas", "heat", "cooling")
DIRECTIONS = ("import", "export")
VALUE_NAME = re.compile(r"[a-z][a-z0-9_]*")
UNIT_OF = {"electricity": "kWh", "heat": "kWh", "cooling": "kWh", "water": "m3", "gas": "m3"}


@dataclass(frozen=True, slots=True)
class SiteDetails(sites_and_meters.SiteFields):
    """The fields of a property, checked as they were typed."""

    def __post_init__(self) -> None:
        _needed(self.name, "name")
        with at_field("timezone"):
            zone(self.timezone)
        with at_field("currency"):
            currency_digits(self.currency)
        if self.holiday_calendar and self.holiday_calendar not in calendars():
            raise InputError(
                f"{self.holiday_calendar!r} is no calendar of ours", path="holiday_calendar",
                hint=", ".join(calendars()),
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServicePointDetails(sites_and_meters.ServicePointFields):
    """The fields of a service point, checked as they were typed."""

    def __post_init__(self) -> None:
        _needed(self.name, "name")
        if self.utility not in UTILITIES:
            raise InputError(f"{self.utility!r} is no utility", path="utility", hint=", ".join(UTILITIES))


def read_values(lines: Iterable[str]) -> dict[str, str]:
    """The `values` of a service point from `name = number`; a fault names the line."""
    numbers = {}
    for line in lines:
        name, sign, number = (piece.strip() for piece in line.partition("="))
        if not sign or not VALUE_NAME.fullmatch(name):
            raise InputError(f"{line!r} is no value", path="values", hint="for example contracted_kw = 30")
        numbers[name] = format(exact(number, "values"), "f")
    return numbers


@dataclass(frozen=True, slots=True)
class RegisterDetails(sites_and_meters.RegisterFields):
    """The fields of one counter of a meter, checked as they were typed."""

    def __post_init__(self) -> None:
        _needed(self.name, "register")
        if self.unit not in {choice.value for choice in Unit}:
            raise InputError(f"{self.unit!r} is no unit", path="unit", hint=", ".join(choice.value for choice in Unit))
        if self.direction and self.direction not in DIRECTIONS:
            raise InputError(f"{self.direction!r} is no direction", path="direction", hint=", ".join(DIRECTIONS))
        if self.kind not in {choice.value for choice in Kind}:
            raise InputError(f"{self.kind!r} is no kind of register", path="kind", hint="index or interval")


@dataclass(frozen=True, slots=True)
class MeterDetails(sites_and_meters.MeterFields):
    """A meter with its registers, checked as it was typed; its name is the serial unless given."""

    registers: tuple[RegisterDetails, ...] = ()

    def __post_init__(self) -> None:
        _needed(self.serial, "serial")


@dataclass(frozen=True, slots=True)
class NewMount:
    """A meter begins to hang at a service point: first indexes in thousandths by register name."""

    point_id: int
    meter_id: int
    at: datetime
    opening: dict[str, int] = field(default_factory=dict)
    multiplier: Decimal = Decimal(1)


def add_site(session: Session, entity_id: int, site: SiteDetails, *, author: str, reason: str = "") -> int:
    """A new property of a legal entity; its id."""
    site = replace(site, **settled_address(site))
    site_id = sites_and_meters.add_site(session, entity_id, site)
    log.note(session, author, "site.add", f"site:{site_id}", reason=reason, **asdict(site))
    return site_id


def edit_site(session: Session, site_id: int, site: SiteDetails, *, author: str, reason: str = "") -> list[str]:
    """Change the fields of a site. The currency stays once somebody was supplied, the zone once days are billed.

    In another zone days begin at other moments: all that was made of readings here is made again.
    """
    stored = sites_and_meters.site_fields(session, site_id)
    site = replace(site, **settled_address(site, stored))
    before, after = asdict(stored), asdict(site)
    if before["currency"] != after["currency"] and sites_and_meters.is_supplied(session, site_id):
        raise ConflictError(
            "there are contracts at this site: bills rest on it", path="currency", hint="make a new site"
        )
    sites_and_meters.change_site(session, site_id, site)
    if before["timezone"] != after["timezone"]:
        _move_days(session, site_id)
    change = log.AuditChange(author, "site.change", f"site:{site_id}", before, after, reason)
    return log.note_change(session, change)


def _move_days(session: Session, site_id: int) -> None:
    if sites_and_meters.is_billed(session, site_id):
        raise ConflictError("days of this site are billed: bills rest on it", path="timezone", hint="make a new site")
    register_faults.try_again(session, dirty_days.mark_site(session, site_id))
    for contract in sites_and_meters.contracts_at(session, site_id):
        billing_run_items.park_rated(
            session, contract, date.min, "the time zone of the site was changed: rate it again"
        )


def add_point(session: Session, site_id: int, point: ServicePointDetails, *, author: str, reason: str = "") -> int:
    """A new service point at a site; its name is the only one of its kind there. The id."""
    _refuse_taken_name(session, site_id, point.name)
    point_id = sites_and_meters.add_point(session, site_id, point)
    log.note(session, author, "point.add", f"service_point:{point_id}", reason=reason, site=site_id, **asdict(point))
    return point_id


def edit_point(
    session: Session, point_id: int, point: ServicePointDetails, *, author: str, reason: str = ""
) -> list[str]:
    """Change the fields of a service point. Its utility stays once somebody was supplied: bills rest on it."""
    before = sites_and_meters.point_fields(session, point_id)
    if before.name != point.name:
        _refuse_taken_name(session, sites_and_meters.site_of_point(session, point_id).site_id, point.name)
    if before.utility != point.utility and sites_and_meters.is_point_supplied(session, point_id):
        raise ConflictError(
            "there are contracts at this service point: bills rest on it", path="utility",
            hint="make a new service point",
        )  # fmt: skip
    if point.parent is not None and point_id in sites_and_meters.with_all_above(session, point.parent):
        raise ConflictError("that one is counted by this one's meter already", path="parent", hint="or it is the same")
    sites_and_meters.change_point(session, point_id, point)
    change = log.AuditChange(author, "point.change", f"service_point:{point_id}", asdict(before), asdict(point), reason)
    return log.note_change(session, change)


def _refuse_taken_name(session: Session, site_id: int, name: str) -> None:
    """Refuse a name that the site has; the site's row is locked, so that two at once cannot both take it."""
    site = sites_and_meters.site_fields(session, site_id)
    if sites_and_meters.point_named(session, site_id, name) is not None:
        raise ConflictError(f"{site.name} has a service point {name} already", path="name")


def add_meter(session: Session, meter: MeterDetails, *, author: str, reason: str = "") -> int:
    """A new meter with its registers; its id."""
    meter = replace(meter, name=meter.name or meter.serial)
    meter_id = sites_and_meters.add_meter(session, meter)
    for register in meter.registers:
        sites_and_meters.add_register(session, meter_id, register)
    log.note(
        session, author, "meter.add", f"meter:{meter_id}", reason=reason, maker=meter.maker, serial=meter.serial,
        name=meter.name, profile=meter.profile, registers=[register.name for register in meter.registers],
    )  # fmt: skip
    return meter_id


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """Whether a register was billed otherwise before, and the numbers of the bills that rest on that."""

    is_changed: bool
    bills: tuple[str, ...] = ()


def bill_register(
    session: Session, meter_id: int, name: str, *, billed: bool, author: str, reason: str = ""
) -> RegisterChange:
    """Let bills count a register of a meter, or not: the rates beside a total, an export that nobody pays for.

    Bills over days on which it counted are named: they are to be corrected like those with late readings.
    """
    billed_by_name = sites_and_meters.billed_registers(session, meter_id)
    if name not in billed_by_name:
        raise NotFoundError(
            f"the meter has no register {name}", path="register", hint=f"it has: {', '.join(billed_by_name) or 'none'}"
        )
    if billed_by_name[name] == billed:
        return RegisterChange(is_changed=False)
    sites_and_meters.bill_register(session, meter_id, name, billed=billed)
    before, after = ({name: "billed" if is_billed else "not billed"} for is_billed in (billed_by_name[name], billed))
    change = log.AuditChange(author, "register.change", f"meter:{meter_id}", before, after, reason)
    log.note_change(session, change)
    return RegisterChange(is_changed=True, bills=tuple(mount_corrections.noted_bills(session)))


def mount(session: Session, new: NewMount, *, author: str, reason: str = "") -> None:
    """Hang a meter up where none hangs; the database refuses two at a time."""
    mount_entry.check_multiplier(new.multiplier)
    mount_entry.check_opening(entered_registers(session, new.meter_id, new.at), new.opening, new.at)
    mount_changes.mount(
        session, meter_id=new.meter_id, point_id=new.point_id, at=new.at, opening=new.opening,
        multiplier=new.multiplier,
    )  # fmt: skip
    log.note(
        session, author, "meter.mount", f"service_point:{new.point_id}", reason=reason, meter=new.meter_id,
        at=new.at.isoformat(), opening=new.opening, multiplier=format(new.multiplier, "f"),
    )  # fmt: skip


def dismount(
    session: Session, meter_id: int, at: datetime, closing: dict[str, int], *, author: str, reason: str = ""
) -> None:
    """Take a meter down with its final indexes (thousandths by register name); it can hang elsewhere from then on."""
    hanging = mount_changes.hanging_meter(session, meter_id, at)
    if hanging is None or at <= hanging.since:
        raise ConflictError("the meter hangs nowhere at that time", path="at")
    missing = mount_changes.index_registers(session, meter_id) - set(closing)
    if missing:
        raise InputError(f"the final index of register {min(missing)} is missing", path="closing")
    registers = entered_registers(session, meter_id, at, mounted=hanging.since)
    mount_entry.check_closing(mount_entry.since_opening(registers, hanging.opening, hanging.since), closing, at)
    mount_changes.dismount(session, hanging.mount_id, at, closing)
    log.note(session, author, "meter.dismount", f"meter:{meter_id}", reason=reason, at=at.isoformat(), closing=closing)


def _needed(value: str, path: str) -> None:
    if not value.strip():
        raise InputError("this is needed", path=path)
