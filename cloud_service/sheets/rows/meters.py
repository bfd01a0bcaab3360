"""Meters of a row: found as they are or made with their registers, hung up, and taken down where the row says so."""

from datetime import datetime
from decimal import Decimal

from cloud_service.domain.metering.register_meaning import register_meaning
from cloud_service.flow.metering import sites_and_meters as flow
from cloud_service.sheets.heads.row_values import RowValues
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import MadeRows, faults_at, refuse
from cloud_service.store.metering import mount_changes
from cloud_service.store.sheets import references
from common.errors import InputError
from common.period import day_start, local_day
from common.reading import thousandths

REGISTERS = ("import",)
DETAILS = 5  # unit, kind, quantity, direction, step
LATER = "a later reading is no opening index: import it as a reading"


def meter_of(entry: SheetEntry, row: RowValues, point_id: int | None, new_records: MadeRows) -> None:
    """The meter that a row names: made with its registers, and hung up at the service point."""
    if not row.meter:
        if row.opening:
            raise refuse("meter", "", "there is an opening index, but no meter", "fill in its serial number")
        return
    registers = row.register or REGISTERS
    for column in ("opening", "closing", "details"):
        cells = getattr(row, column)
        if cells and len(cells) != len(registers):
            raise refuse(
                column, " + ".join(map(str, cells)), f"the meter has {len(registers)} registers here",
                "one for each, with + between",
            )  # fmt: skip
    meter_id = _meter(entry, row, registers, point_id, new_records)
    if point_id is not None:
        _mount(entry, row, meter_id, point_id, new_records)
    elif row.removed is not None:
        raise refuse("removed", row.removed, "it is not said where the meter hung", "site and service point")


def _meter(
    entry: SheetEntry, row: RowValues, registers: tuple[str, ...], point_id: int | None, new_records: MadeRows
) -> int:
    meters = references.known_meters(entry.session, row.meter, row.maker)
    if len(meters) > 1:
        raise refuse("meter", row.meter, "several makers have a meter of this number", "fill in the maker")
    if meters:
        missing = [name for name in row.register if name not in references.register_names(entry.session, meters[0].id)]
        if missing:
            raise refuse("register", missing[0], "the meter is there, but has no such register")
        return meters[0].id
    if "meter" not in entry.makes:
        raise refuse("meter", row.meter, "there is no such meter")
    utility = entry.place_of(point_id).utility if point_id else "electricity"
    with faults_at("meter", row.meter, {"register": "register", "unit": "details", "kind": "details",
                                        "direction": "details", "step_s": "details"}):  # fmt: skip
        details = row.details or ("",) * len(registers)
        counters = tuple(
            register_of(name, text, flow.UNIT_OF[utility], row.digits)
            for name, text in zip(registers, details, strict=True)
        )
        meter = flow.MeterDetails(row.meter, row.maker, registers=counters)
        meter_id = flow.add_meter(entry.session, meter, author=entry.author, reason=entry.reason)
    return new_records.add("meter", meter_id, f"meter {row.meter}")


def register_of(name: str, details: str, unit: str, digits: int | None) -> flow.RegisterDetails:
    """A register by its details `kWh/index/active_energy/import/900`; what is empty is as its name and unit say."""
    parts = [piece.strip() for piece in details.split("/")]
    if len(parts) > DETAILS:
        raise InputError(f"{details!r} has too many parts", path="unit", hint="unit/kind/quantity/direction/step")
    unit_said, kind, quantity, direction, step = parts + [""] * (DETAILS - len(parts))
    if step and not step.isdecimal():
        raise InputError(f"{step!r} is no number of seconds", path="step_s", hint="900 is a quarter of an hour")
    unit = unit_said or unit
    meaning = register_meaning(name, unit, quantity, direction)
    return flow.RegisterDetails(
        name, unit, meaning.direction, meaning.quantity, kind or "index", digits, int(step or 900),
    )  # fmt: skip


def _mount(entry: SheetEntry, row: RowValues, meter_id: int, point_id: int, new_records: MadeRows) -> None:
    """Hang it up, unless it hangs there already."""
    zone = entry.place_of(point_id).timezone
    first_day = row.mounted or row.start
    at = day_start(first_day, zone) if first_day else None
    until = day_start(row.removed, zone) if row.removed else None
    if at and until and until <= at:
        raise refuse("removed", row.removed, f"this is not after {first_day}", "the first day without the meter")
    opening = _indexes(row, row.opening)
    for mount in references.mounts_between(entry.session, meter_id, point_id, at, until):
        if mount.meter_id != meter_id:
            raise refuse("meter", row.meter, f"meter {mount.serial} hangs at this service point", "exchange it there")
        if mount.point_id != point_id:
            raise refuse(
                "meter", row.meter, f"this meter hangs at {mount.point}", entry.row_that_made("meter", meter_id)
            )
        _refuse_other_mount(row, mount, opening)
        return
    if at is None:
        raise refuse(
            "mounted", "", "it is not said since when the meter hangs there", "a day, or that of the connection"
        )
    new = flow.NewMount(point_id, meter_id, at, opening, row.multiplier or Decimal(1))
    with faults_at("meter", row.meter, {"multiplier": "multiplier"}):
        flow.mount(entry.session, new, author=entry.author, reason=entry.reason)
    mounted = mount_changes.mounted_meter(entry.session, point_id, at)
    if mounted is not None:
        new_records.add("meter_mount", mounted.mount_id)
    if until is not None:
        _take_down(entry, row, meter_id, until)


def _take_down(entry: SheetEntry, row: RowValues, meter_id: int, until: datetime) -> None:
    with faults_at("closing", " + ".join(map(str, row.closing)), {"at": "removed"}):
        flow.dismount(
            entry.session, meter_id, until, _indexes(row, row.closing), author=entry.author, reason=entry.reason
        )


def _indexes(row: RowValues, numbers: tuple[Decimal, ...]) -> dict[str, int]:
    """Thousandths by register."""
    return {name: thousandths(index, name) for name, index in zip(row.register or REGISTERS, numbers, strict=False)}


def _refuse_other_mount(row: RowValues, mount: references.KnownMount, opening: dict[str, int]) -> None:
    """What the row says of a mount that is there must be what is there."""
    for name, index in opening.items():
        if mount.opening.get(name, index) != index:
            stored = Decimal(mount.opening[name]).scaleb(-3).normalize()
            raise refuse("opening", row.opening[0], f"the meter hangs there with {stored:f}", LATER)
    if row.mounted is not None and row.mounted != local_day(mount.at, mount.zone):
        raise refuse("mounted", row.mounted, f"it hangs there since {local_day(mount.at, mount.zone)}")
    if row.multiplier is not None and row.multiplier != mount.multiplier:
        raise refuse("multiplier", row.multiplier, f"its multiplier is {mount.multiplier.normalize():f}")
    removed = local_day(mount.until, mount.zone) if mount.until else None
    if row.removed is not None and row.removed != removed:
        state = f"it hung there until {removed}" if removed else "it hangs there still"
        raise refuse("removed", row.removed, state, "take it down on its page")
