"""Sites, service points and meters of a row: found as they are, or made."""

from decimal import Decimal

from cloud_service.flow.metering import sites_and_meters as flow
from cloud_service.sheets.entry import SheetEntry
from cloud_service.sheets.made_rows import MadeRows, faults_at, refuse
from cloud_service.sheets.row_values import RowValues
from cloud_service.store.customers import contract_changes
from cloud_service.store.lookups import ids_by_name
from cloud_service.store.metering import sites_and_meters
from cloud_service.store.sheets import references
from common.errors import NotFoundError
from common.period import day_start, local_day
from common.reading import thousandths

REGISTERS = ("import",)


def site_of(entry: SheetEntry, row: RowValues, new_records: MadeRows) -> int | None:
    """The site that a row names."""
    if not row.site:
        return None
    fields = {
        "address": row.site_address, "country": row.site_country, "timezone": row.site_zone,
        "currency": row.site_currency, "holiday_calendar": row.holiday_calendar,
    }  # fmt: skip
    columns = {
        "address": "site_address", "country": "site_country", "timezone": "site_zone", "currency": "site_currency",
        "holiday_calendar": "holiday_calendar",
    }  # fmt: skip
    said = (row.site, *fields.values())
    if said in entry.sites:
        return entry.sites[said]
    with faults_at("site", row.site, columns):
        try:
            site_id = ids_by_name.site_id(entry.session, row.site, entry.scope)
        except NotFoundError:
            if "site" not in entry.makes:
                raise
            new = {"timezone": entry.company.timezone, "currency": entry.company.currency} | _given(fields)
            details = flow.SiteDetails(row.site, **new)
            site_id = flow.add_site(entry.session, entry.entity_id, details, author=entry.author, reason=entry.reason)
            return new_records.add("site", site_id, f"site {row.site}")
        stored = sites_and_meters.site_fields(entry.session, site_id)
    entry.refuse_difference(f"site {row.site}", stored, fields, columns)
    entry.sites[said] = site_id
    return site_id


def point_of(entry: SheetEntry, row: RowValues, site_id: int | None, new_records: MadeRows) -> int | None:
    """The service point that a row names, at its site or the only one of its name."""
    if not row.point:
        return None
    if site_id is None:
        with faults_at("point", row.point):
            return ids_by_name.point_id(entry.session, row.point, entry.scope)
    above = None
    if row.under:
        with faults_at("under", row.under):
            above = sites_and_meters.point_named(entry.session, site_id, row.under)
            if above is None:
                above = ids_by_name.point_id(entry.session, row.under, entry.scope)
    fields = {"utility": row.utility, "grid_id": row.grid_id, "parent": above}
    columns = {"utility": "utility", "grid_id": "grid_id", "parent": "under"}
    with faults_at("point", row.point, columns):
        point_id = sites_and_meters.point_named(entry.session, site_id, row.point)
        if point_id is None:
            if "point" not in entry.makes:
                raise NotFoundError(f"{row.site} has no service point {row.point}")
            details = flow.ServicePointDetails(row.point, row.utility or "electricity", row.grid_id, above)
            point_id = flow.add_point(entry.session, site_id, details, author=entry.author, reason=entry.reason)
            return new_records.add("service_point", point_id, f"service point {row.point}")
        stored = sites_and_meters.point_fields(entry.session, point_id)
    entry.refuse_difference(f"service point {row.point}", stored, fields, columns)
    return point_id


def meter_of(entry: SheetEntry, row: RowValues, point_id: int | None, new_records: MadeRows) -> None:
    """The meter that a row names: made with its registers, and hung up at the service point."""
    if not row.meter:
        if row.opening:
            raise refuse("meter", "", "there is an opening index, but no meter", "fill in its serial number")
        return
    registers = row.register or REGISTERS
    if row.opening and len(row.opening) != len(registers):
        raise refuse(
            "opening", " + ".join(map(str, row.opening)), f"the meter has {len(registers)} registers here",
            "one index for each, with + between",
        )  # fmt: skip
    meter_id = _meter(entry, row, registers, point_id, new_records)
    if point_id is not None:
        _mount(entry, row, meter_id, point_id, new_records)


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
    unit = flow.UNIT_OF[utility]
    with faults_at("meter", row.meter, {"register": "register"}):
        counters = tuple(
            flow.RegisterDetails(
                name, unit, "export" if "export" in name else "import",
                "volume" if unit == "m3" else "active_energy", digits=row.digits,
            )
            for name in registers
        )  # fmt: skip
        details = flow.MeterDetails(row.meter, row.maker, registers=counters)
        meter_id = flow.add_meter(entry.session, details, author=entry.author, reason=entry.reason)
    return new_records.add("meter", meter_id, f"meter {row.meter}")


def _mount(entry: SheetEntry, row: RowValues, meter_id: int, point_id: int, new_records: MadeRows) -> None:
    """Hang it up, unless it hangs there already."""
    opening = {
        name: thousandths(index, "opening") for name, index in zip(row.register or REGISTERS, row.opening, strict=False)
    }
    for mount in references.mounts_now(entry.session, meter_id, point_id):
        if mount.meter_id != meter_id:
            raise refuse("meter", row.meter, f"meter {mount.serial} hangs at this service point", "exchange it there")
        if mount.point_id != point_id:
            raise refuse(
                "meter", row.meter, f"this meter hangs at {mount.point}", entry.row_that_made("meter", meter_id)
            )
        _refuse_other_mount(row, mount, opening)
        return
    first_day = row.mounted or row.start
    if first_day is None:
        raise refuse(
            "mounted", "", "it is not said since when the meter hangs there", "a day, or that of the connection"
        )
    zone = entry.place_of(point_id).timezone
    at = day_start(first_day, zone)
    new = flow.NewMount(point_id, meter_id, at, opening, row.multiplier or Decimal(1))
    with faults_at("meter", row.meter, {"multiplier": "multiplier"}):
        flow.mount(entry.session, new, author=entry.author, reason=entry.reason)
    mounted = contract_changes.mounted_meter(entry.session, point_id, at)
    if mounted is not None:
        new_records.add("meter_mount", mounted.mount_id)


def _refuse_other_mount(row: RowValues, mount: references.KnownMount, opening: dict[str, int]) -> None:
    """What the row says of a mount that is there must be what is there."""
    hint = "a later reading is no opening index: import it as a reading"
    for name, index in opening.items():
        if mount.opening.get(name, index) != index:
            stored = Decimal(mount.opening[name]).scaleb(-3).normalize()
            raise refuse("opening", row.opening[0], f"the meter hangs there with {stored:f}", hint)
    if row.mounted is not None and row.mounted != local_day(mount.at, mount.zone):
        raise refuse("mounted", row.mounted, f"it hangs there since {local_day(mount.at, mount.zone)}")
    if row.multiplier is not None and row.multiplier != mount.multiplier:
        raise refuse("multiplier", row.multiplier, f"its multiplier is {mount.multiplier.normalize():f}")


def _given(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
