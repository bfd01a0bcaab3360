"""`energy-cloud site`, `point`, `meter`: where energy is used, and what counts it there."""

from dataclasses import asdict
from typing import Any

import click

from cloud_service.cli.customers.address_options import address_options, given_address, say_understood
from cloud_service.cli.database import author, transaction
from cloud_service.cli.metering.mount_corrections import correct_mount
from cloud_service.cli.options import WHEN, WHOSE, amount_of, day_of, entity_of, indexes_of, moment_of, time_of
from cloud_service.cli.output import as_json, cell, print_listing, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
UTILITY = click.Choice(["electricity", "water", "gas", "heat", "cooling"])


@click.group()
def site() -> None:
    """Properties, each with its time zone and currency."""


@site.command(name="add")
@click.argument("name")
@click.option("--timezone", required=True, help="IANA name, for example Europe/Berlin; its days are billed.")
@click.option("--currency", required=True, help="Three capitals of ISO 4217.")
@address_options
@click.option("--holiday-calendar", default="", help="For example de-by; friendly hours and day types go by it.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@REASON
@JSON
def add_site(name: str, *, entity: int | None, reason: str, json_output: bool, **facts: Any) -> None:
    """A new property."""
    from cloud_service.flow.metering.sites_and_meters import SiteDetails
    from cloud_service.flow.metering.sites_and_meters import add_site as step
    from cloud_service.store.metering.sites_and_meters import site_fields

    given = given_address(facts)
    with transaction() as session:
        new_id = step(session, entity_of(session, entity), SiteDetails(name, **given), author=author(), reason=reason)
        say_understood(site_fields(session, new_id), given)
    click.echo(as_json({"site": name, "id": new_id}) if json_output else f"site {name}")


@site.command(name="list")
@JSON
def list_sites(*, json_output: bool) -> None:
    """All properties."""
    from cloud_service.store.customers.legal_entities import entities, sites
    from cloud_service.store.scope import Scope

    columns = ("name", "address", "country", "timezone", "currency", "holiday_calendar")
    with transaction() as session:
        rows = [
            {"entity": entity.name, **{name: getattr(site_row, name) for name in columns}}
            for entity in entities(session, Scope())
            for site_row in sites(session, entity.id)
        ]
    if json_output:
        click.echo(as_json(rows))
    elif rows:
        print_table([name.upper() for name in rows[0]], [[cell(value) for value in row.values()] for row in rows])


@click.group()
def point() -> None:
    """Service points: a flat, a shop, a common area, a master meter's place."""


@point.command(name="add")
@click.argument("name")
@click.option("--site", "site_name", required=True)
@click.option("--utility", type=UTILITY, default="electricity", show_default=True)
@click.option("--grid-id", default="", help="MaLo, MPAN, NMI, EAN, PRM.")
@click.option("--under", default="", help="Service point whose meter counts this one too.")
@click.option("--value", "values", multiple=True, metavar="NAME=NUMBER", help="For its tariff: contracted_kw=30.")
@REASON
@WHOSE
@JSON
def add_point(
    name: str, *, site_name: str, utility: str, grid_id: str, under: str, values: tuple[str, ...], reason: str,
    json_output: bool,
) -> None:  # fmt: skip
    """A new service point at a site."""
    from cloud_service.cli.names import point_id, site_id
    from cloud_service.flow.metering.sites_and_meters import ServicePointDetails, read_values
    from cloud_service.flow.metering.sites_and_meters import add_point as step

    with transaction() as session:
        above = point_id(session, under) if under else None
        new_point = ServicePointDetails(name, utility, grid_id, above, read_values(values))
        new_id = step(session, site_id(session, site_name), new_point, author=author(), reason=reason)
    click.echo(as_json({"point": f"{site_name}: {name}", "id": new_id}) if json_output else f"{site_name}: {name}")


@point.command(name="edit")
@click.argument("name")
@click.option("--name", "new_name", help="Another name.")
@click.option("--utility", type=UTILITY, help="Only before somebody was supplied there.")
@click.option("--grid-id", help="MaLo, MPAN, NMI, EAN, PRM.")
@click.option("--under", help='Service point whose meter counts this one too; "" for none.')
@click.option("--value", "values", multiple=True, metavar="NAME=NUMBER", help="Instead of all values it has.")
@REASON
@WHOSE
@JSON
def edit_point(
    name: str, *, new_name: str | None, under: str | None, values: tuple[str, ...], reason: str, json_output: bool,
    **given: str | None,
) -> None:  # fmt: skip
    """Change what is known of a service point; what is not given stays."""
    from cloud_service.cli.names import point_id
    from cloud_service.flow.metering.sites_and_meters import ServicePointDetails, read_values
    from cloud_service.flow.metering.sites_and_meters import edit_point as step
    from cloud_service.store.metering.sites_and_meters import point_fields

    with transaction() as session:
        point = point_id(session, name)
        fields = asdict(point_fields(session, point))
        fields |= {key: value for key, value in (given | {"name": new_name}).items() if value is not None}
        if under is not None:
            fields["parent"] = point_id(session, under) if under else None
        if values:
            fields["values"] = read_values(values)
        changed = step(session, point, ServicePointDetails(**fields), author=author(), reason=reason)
    click.echo(as_json({"changed": changed}) if json_output else f"changed: {', '.join(changed) or 'nothing'}")


@point.command(name="list")
@click.option("--search", default="", help="Part of name, site, grid id, meter or tenant.")
@click.option("--site", "site_name", default="")
@click.option("--free", is_flag=True, help="Only those without a contract today.")
@click.option("--limit", default=200, show_default=True)
@JSON
def list_points(*, search: str, site_name: str, free: bool, limit: int, json_output: bool) -> None:
    """Service points with the meter that hangs and the contract that runs there today."""
    from cloud_service.store.lists.metering import points
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    filters = {"site": (site_name,), "free": ("yes",) if free else ()}
    query = ListQuery(text=search, filters=filters, size=limit)
    columns = ("name", "grid_id", "utility", "site", "meter", "contract", "tenant", "under")
    print_listing(points(Scope(), query, day_of(None, "")), query, columns, json_output=json_output)


@click.group()
def meter() -> None:
    """Meters; those of a gateway appear by themselves."""


meter.add_command(correct_mount)


@meter.command(name="add")
@click.argument("serial")
@click.option("--maker", default="")
@click.option("--name", default="", help="What its gateway or file calls it; the serial unless given.")
@click.option("--profile", default="", help="A profile of firmware_configs, for example eastron_sdm630.")
@click.option("--max-power-kw", help="Above it a reading is not plausible.")
@click.option(
    "--register",
    "registers",
    multiple=True,
    metavar="NAME:UNIT[:export][:interval]",
    help="import:kWh, solar:kWh:export; interval for one that counts what was used in each step.",
)
@click.option("--digits", type=int, help="Digits before the point, at which an index rolls over.")
@REASON
@JSON
def add_meter(
    serial: str, *, maker: str, name: str, profile: str, max_power_kw: str | None, registers: tuple[str, ...],
    digits: int | None, reason: str, json_output: bool,
) -> None:  # fmt: skip
    """A new meter with its registers."""
    from cloud_service.flow.metering.sites_and_meters import MeterDetails
    from cloud_service.flow.metering.sites_and_meters import add_meter as step

    power = amount_of(max_power_kw, "--max-power-kw") if max_power_kw else None
    new_meter = MeterDetails(
        serial, maker, name, profile, power, tuple(_register(register, digits) for register in registers)
    )
    with transaction() as session:
        new_id = step(session, new_meter, author=author(), reason=reason)
    click.echo(as_json({"meter": name or serial, "id": new_id}) if json_output else f"meter {name or serial}")


@meter.command(name="mount")
@click.argument("name")
@click.option("--point", "place", required=True, help="Name or grid id of the service point.")
@click.option("--at", required=True, help=WHEN)
@click.option("--opening", multiple=True, metavar="REGISTER=INDEX", help="First index, in its unit.")
@click.option("--multiplier", default="1", show_default=True, help="CT × VT of the mount.")
@REASON
@WHOSE
@JSON
def mount_meter(
    name: str, *, place: str, at: str, opening: tuple[str, ...], multiplier: str, reason: str, json_output: bool
) -> None:
    """Hang a meter up at a service point without one; `contract exchange-meter` is for a change."""
    from cloud_service.cli.names import meter_id, point_id
    from cloud_service.flow.metering.sites_and_meters import NewMount, mount
    from cloud_service.store.lookups.site_zones import point_zone

    with transaction() as session:
        point = point_id(session, place)
        new_mount = NewMount(
            point, meter_id(session, name), moment_of(time_of(at, "--at"), point_zone(session, point), "--at"),
            indexes_of(opening, "--opening"), amount_of(multiplier, "--multiplier"),
        )  # fmt: skip
        mount(session, new_mount, author=author(), reason=reason)
    click.echo(as_json({"meter": name, "point": place}) if json_output else f"meter {name} hangs at {place}")


@meter.command(name="dismount")
@click.argument("name")
@click.option("--at", required=True, help=WHEN)
@click.option("--closing", multiple=True, metavar="REGISTER=INDEX", help="Final index, in its unit.")
@REASON
@WHOSE
@JSON
def dismount_meter(name: str, *, at: str, closing: tuple[str, ...], reason: str, json_output: bool) -> None:
    """Take a meter down; it can be hung up elsewhere from that moment on."""
    from cloud_service.cli.names import meter_id
    from cloud_service.flow.metering.sites_and_meters import dismount
    from cloud_service.store.lookups.site_zones import meter_zone

    with transaction() as session:
        meter = meter_id(session, name)
        moment = moment_of(time_of(at, "--at"), meter_zone(session, meter), "--at")
        dismount(session, meter, moment, indexes_of(closing, "--closing"), author=author(), reason=reason)
    click.echo(as_json({"meter": name, "at": at}) if json_output else f"meter {name} hangs nowhere from {at} on")


@meter.command(name="register")
@click.argument("name")
@click.argument("register_name", metavar="REGISTER")
@click.option("--billed/--not-billed", required=True, help="Whether bills count it from now on.")
@REASON
@WHOSE
@JSON
def bill_register(name: str, register_name: str, *, billed: bool, reason: str, json_output: bool) -> None:
    """Say which registers of a meter are billed: those of a gateway's meters are its totals unless told otherwise."""
    from cloud_service.cli.names import meter_id
    from cloud_service.flow.metering.sites_and_meters import bill_register as step

    with transaction() as session:
        change = step(session, meter_id(session, name), register_name, billed=billed, author=author(), reason=reason)
    if json_output:
        changed = [register_name] if change.is_changed else []
        click.echo(as_json({"register": register_name, "billed": billed, "changed": changed, "bills": change.bills}))
        return
    already = "" if change.is_changed else " already"
    click.echo(f"{register_name} of {name} is {'billed' if billed else 'not billed'}{already}")
    if change.bills:
        numbers = ", ".join(change.bills)
        click.echo(f"bills that rest on it: {numbers}; `energy-cloud correct difference` or `correct credit`")


@meter.command(name="list")
@click.option("--search", default="", help="Part of name, serial, place or grid id.")
@click.option("--limit", default=50, show_default=True)
@JSON
def list_meters(*, search: str, limit: int, json_output: bool) -> None:
    """Meters with where they hang and until when they were read."""
    from cloud_service.store.lists.metering import meters
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    query = ListQuery(text=search, size=limit)
    columns = ("name", "serial", "maker", "profile", "site", "point", "utility", "registers", "last_day")
    print_listing(meters(Scope(), query), query, columns, json_output=json_output)


def _register(text: str, digits: int | None) -> Any:
    from cloud_service.flow.metering.sites_and_meters import RegisterDetails

    name, unit, *marks = (*text.split(":"), "")
    kinds = [word for word in marks if word in ("index", "interval")]
    direction = next((word for word in marks if word and word not in kinds), "")
    return RegisterDetails(name, unit or "kWh", direction, kind=kinds[0] if kinds else "index", digits=digits)
