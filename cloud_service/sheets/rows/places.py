"""Sites and service points of a row: found as they are, or made."""

from cloud_service.flow.metering import sites_and_meters as flow
from cloud_service.sheets.heads.row_values import RowValues
from cloud_service.sheets.rows.addresses import address_fields, as_stored, with_rules
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import MadeRows, faults_at
from cloud_service.store.lookups import ids_by_name
from cloud_service.store.metering import sites_and_meters
from common.errors import NotFoundError

SITE_COLUMNS = {
    "address": "site_address", "street": "site_street", "postcode": "site_postcode", "city": "site_city",
    "region": "site_region", "country": "site_country", "timezone": "site_zone", "currency": "site_currency",
    "holiday_calendar": "holiday_calendar",
}  # fmt: skip


def site_of(entry: SheetEntry, row: RowValues, new_records: MadeRows) -> int | None:
    """The site that a row names."""
    if not row.site:
        return None
    fields = address_fields({name: getattr(row, key) for name, key in SITE_COLUMNS.items()}, SITE_COLUMNS)
    said = (row.site, *fields.values())
    if said in entry.sites:
        return entry.sites[said]
    with faults_at("site", row.site, SITE_COLUMNS):
        try:
            site_id = ids_by_name.site_id(entry.session, row.site, entry.scope)
        except NotFoundError:
            if "site" not in entry.makes:
                raise
            company = {"timezone": entry.company.timezone, "currency": entry.company.currency}
            new = company | with_rules(_given(fields), entry.company.country)
            details = flow.SiteDetails(row.site, **new)
            site_id = flow.add_site(entry.session, entry.entity_id, details, author=entry.author, reason=entry.reason)
            return new_records.add("site", site_id, f"site {row.site}")
        stored = sites_and_meters.site_fields(entry.session, site_id)
        fields = as_stored(fields, stored)
    entry.refuse_difference(f"site {row.site}", stored, fields, SITE_COLUMNS)
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


def _given(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
