"""A tenant with a roof: more fed in than used in September, the surplus is kept for the months after."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.metering.tables import Meter, Register
from common.period import Span
from tests.books.world import World, build

NETTING: dict[str, Any] = {
    "id": "net",
    "currency": "EUR",
    "charges": [{"kind": "energy", "label": "Energy", "price": "1.00", "netting": {"against": "export"}}],
}
SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
DECEMBER = Span(date(2026, 12, 1), date(2027, 1, 1))
AUTUMN = Span(OCTOBER.start, NOVEMBER.end)


def roof(session: Session) -> World:
    """September: 288 kWh used, 576 fed in. October uses 298 kWh, November 288, December 297.6."""
    world = build(session, tariff=NETTING)
    world.tenant(start=SEPTEMBER.start)
    meter = session.get_one(Meter, session.get_one(Register, world.registers[0]).meter_id)
    export = Register(meter_id=meter.id, name="export", direction="export", unit="kWh", kind="index")
    session.add(export)
    session.flush()
    for span, fed_in in ((SEPTEMBER, 200), (OCTOBER, 0), (NOVEMBER, 0), (DECEMBER, 0)):
        world.readings(world.registers[0], span, wh=100)
        world.readings(export.id, span, wh=fed_in)
    return world


def rate(world: World, span: Span, bill_date: date | None = None) -> int:
    """A run over some days, rated."""
    run = running.plan(world.session, RunPlan(world.entity, span, bill_date or span.end, "t"))
    while rate_shard(world.session, run.id):
        pass
    running.report(world.session, run.id)
    return run.id


def approve(world: World, run_id: int) -> list[str]:
    """Let a run issue; why what it parked was parked."""
    running.approve(world.session, run_id, "t")
    while issue_shard(world.session, run_id, author="t"):
        pass
    running.report(world.session, run_id)
    return parked(world, run_id)


def run(world: World, span: Span) -> list[str]:
    """A run over some days, issued; why what it parked was parked."""
    return approve(world, rate(world, span))


def parked(world: World, run_id: int) -> list[str]:
    return [item.reason for item in billing_run_items.items(world.session, run_id, "parked")]


def live_bills(world: World) -> list[tuple[int, str]]:
    """Month and net of the bills that were not taken back, in the order of their days."""
    rows = world.session.execute(
        text(
            "SELECT extract(month FROM lower(i.during))::int AS month, i.net FROM invoice i WHERE i.kind = 'invoice'"
            " AND EXISTS (SELECT 1 FROM invoice_span s WHERE s.invoice_id = i.id AND NOT s.credited)"
            " ORDER BY lower(i.during)"
        )
    )
    return [(row.month, f"{row.net:.2f}") for row in rows]


def forget(world: World, day: date) -> None:
    """The import of a day was never read."""
    world.session.execute(
        text("DELETE FROM interval_day WHERE register_id = :register AND day = :day"),
        {"register": world.registers[0], "day": day},
    )


def remember(world: World, day: date) -> None:
    """It comes in at last."""
    world.readings(world.registers[0], Span(day, date.fromordinal(day.toordinal() + 1)))


def less_surplus(world: World) -> None:
    """What was fed in in September was 432 kWh: 144 are left over, not 288."""
    export = world.registers[0] + 1
    world.session.execute(
        text("DELETE FROM interval_day WHERE day < '2026-10-01' AND register_id = :export"), {"export": export}
    )
    world.readings(export, SEPTEMBER, wh=150)
