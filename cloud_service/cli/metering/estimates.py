"""`energy-cloud readings estimate|estimates|withdraw-estimate`: gaps told by a rule, kept with a reason, taken back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import amount_of, day_of
from common.errors import ConflictError, InputError, NotFoundError

if TYPE_CHECKING:
    from cloud_service.domain.metering.estimation.proposal import EstimateProposal
    from cloud_service.flow.metering.estimate_gaps import RegisterGap
    from cloud_service.store.database.session import Session
    from cloud_service.store.metering.estimation.estimable_registers import EstimableRegister
    from common.period import Span

RULES = ("last_year", "same_weekdays", "daily_average", "evenly", "stated")
MEANS = {
    "last_year": "the same weekdays a year ago, times how the weeks before compare with theirs",
    "same_weekdays": "the same weekdays of the four weeks before and after",
    "daily_average": "the average of the last known days, by time alone",
    "evenly": "what the readings around it say, by time alone",
    "stated": "as a person states it, by time alone",
}


@click.command()
@click.argument("meter")
@click.option("--from", "first", required=True, metavar="DAY", help="First day, by the site's clock.")
@click.option("--until", required=True, metavar="DAY", help="Day after the last.")
@click.option("--register", default="", help="Only this register; without it all that bills count.")
@click.option("--rule", type=click.Choice(RULES), default=None, help="Instead of the one that fits best.")
@click.option("--total", default="", metavar="ENERGY", help="State the energy of the gap, where there is one gap.")
@click.option("--reason", default="", help="Why it is estimated.")
@click.option("--author", "by", default="", help="Who does it; the system's user unless given.")
@click.option("--dry-run", is_flag=True, help="Show what would be kept, by every rule.")
@click.option("--confirm", is_flag=True, help="Keep it although bills rest on these days.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def estimate(meter: str, first: str, until: str, *, dry_run: bool, json_output: bool, **given: Any) -> None:
    """Estimate the gaps of a METER in some days by a stated rule, and keep the values as estimated.

    Actual readings that come later count before them. Where nothing is known, no rule is made up: state a --total.
    """
    from cloud_service.cli.output import as_json
    from cloud_service.flow.metering import estimate_gaps
    from common.period import Span

    now = datetime.now(UTC)
    with transaction() as session:
        registers = _registers(
            session, meter, Span(day_of(first, "--from"), day_of(until, "--until")), given["register"]
        )
        gaps = [gap for gap in estimate_gaps.gaps_of(session, registers, now) if not gap.is_told_already]
        proposals = [(gap, _chosen(gap, given, alone=len(gaps) == 1)) for gap in gaps]
        ids = []
        if not dry_run:
            _refuse_billed(gaps, confirmed=given["confirm"])
            ids = [
                estimate_gaps.keep(
                    session, gap, proposal, author=given["by"] or author(), reason=given["reason"], now=now
                )
                for gap, proposal in proposals
            ]
    result = {"estimates": [_as_record(*pair) for pair in proposals], "kept": ids}
    if json_output:
        click.echo(as_json(result))
    else:
        _say(proposals, ids)


def _registers(session: "Session", meter: str, days: "Span", register: str) -> "list[EstimableRegister]":
    from cloud_service.store.metering.estimation.estimable_registers import of_meter, zone_of_meter
    from cloud_service.store.scope import Scope
    from common.period import day_start

    zone_name = zone_of_meter(session, meter)
    if zone_name is None:
        raise NotFoundError(f"no meter {meter} hangs at a site")
    time = day_start(days.start, zone_name), day_start(days.end, zone_name)
    registers = of_meter(session, Scope(), meter, time, register)
    return [row for row in registers if register in ("", row.name)]


def _chosen(gap: "RegisterGap", given: dict[str, Any], *, alone: bool) -> "EstimateProposal":
    from cloud_service.domain.metering.estimation.proposal import EstimateRule
    from cloud_service.flow.metering import estimate_gaps

    if given["total"] and not alone:
        raise InputError("there are several gaps", path="--total", hint="choose the days or the --register of one")
    total = amount_of(given["total"], "--total") if given["total"] else None
    return estimate_gaps.chosen(gap, EstimateRule(given["rule"]) if given["rule"] else None, total)


def _refuse_billed(gaps: "list[RegisterGap]", *, confirmed: bool) -> None:
    bills = sorted({bill.number for gap in gaps for bill in gap.bills})
    if bills and not confirmed:
        raise ConflictError(
            f"bills rest on these days: {', '.join(bills)}",
            code="billed",
            hint="they stay; if it is right, add --confirm",
        )


def _as_record(gap: "RegisterGap", proposal: "EstimateProposal") -> dict[str, Any]:
    from cloud_service.domain.money import plain
    from common.reading import as_decimal

    return {
        "meter": gap.register.meter,
        "register": gap.register.name,
        "from": gap.start.isoformat(),
        "to": gap.end.isoformat(),
        "rule": str(proposal.rule),
        "means": MEANS[proposal.rule],
        "total": plain(as_decimal(proposal.total)),
        "unit": gap.register.unit,
        "known": gap.gap.known_energy is not None,
        "figures": proposal.figures,
        "days": {str(day): plain(as_decimal(value)) for day, value in proposal.by_day(gap.rules.zone).items()},
        "other_rules": {str(other.rule): plain(as_decimal(other.total)) for other in gap.offered},
        "bills": [bill.number for bill in gap.bills],
        "connections": [tenant.contract for tenant in gap.tenants],
    }


def _say(proposals: "list[tuple[RegisterGap, EstimateProposal]]", ids: list[int]) -> None:
    if not proposals:
        click.echo("nothing to estimate: every step has a value, or the readings around it say it", err=True)
    for place, (gap, proposal) in enumerate(proposals):
        record = _as_record(gap, proposal)
        said = f"kept as estimate {ids[place]}" if ids else "not kept"
        click.echo(
            f"{record['meter']} {record['register']}: {record['total']} {record['unit']} from {record['from']} to"
            f" {record['to']}, {record['means']}; {said}"
        )
        others = ", ".join(f"{rule} {total}" for rule, total in record["other_rules"].items() if rule != record["rule"])
        if others and not ids:
            click.echo(f"  by other rules: {others}")


@click.command()
@click.argument("meter", required=False)
@click.option("--limit", default=50, show_default=True, help="At most so many, the newest.")
@click.option("--json", "json_output", is_flag=True, help="Print them as JSON.")
def estimates(meter: str | None, *, limit: int, json_output: bool) -> None:
    """List the estimates that were kept, of a METER or of all, newest first."""
    from cloud_service.cli.output import as_json, print_table

    with transaction() as session:
        from cloud_service.store.metering.estimation import estimates as stored
        from cloud_service.store.metering.estimation.estimable_registers import meter_id
        from cloud_service.store.scope import Scope
        from common.reading import as_decimal

        rows = stored.estimates(session, Scope(), meter_id(session, meter) if meter else None, limit)
    if json_output:
        click.echo(as_json({"estimates": rows}))
        return
    print_table(
        ["ID", "METER", "REGISTER", "FROM", "TO", "ENERGY", "RULE", "BY", "STATE"],
        [
            [str(row.id), row.meter, row.register, f"{row.start:%Y-%m-%d %H:%M}", f"{row.end:%Y-%m-%d %H:%M}",
             f"{as_decimal(row.total)} {row.unit}", row.rule, row.author,
             "withdrawn" if row.undone_at else "to confirm" if row.waits else "counts"]
            for row in rows
        ],
    )  # fmt: skip


@click.command(name="withdraw-estimate")
@click.argument("estimate_id", metavar="ID", type=int)
@click.option("--reason", required=True, help="Why it is taken back.")
@click.option("--author", "by", default="", help="Who does it; the system's user unless given.")
@click.option("--confirm", is_flag=True, help="Take it back although bills rest on it; they stay.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def withdraw_estimate(estimate_id: int, *, reason: str, by: str, confirm: bool, json_output: bool) -> None:
    """Take back the estimate with this ID: its values do not count any more. `readings estimates` shows the ids."""
    from cloud_service.cli.output import as_json
    from cloud_service.flow.metering import estimate_decisions

    with transaction() as session:
        from cloud_service.store.scope import Scope

        taken_back = estimate_decisions.withdraw(
            session, estimate_id, author=by or author(), reason=reason, now=datetime.now(UTC), scope=Scope(),
            although_billed=confirm,
        )  # fmt: skip
    if json_output:
        click.echo(as_json({"withdrawn": taken_back.id, "meter": taken_back.meter, "register": taken_back.register}))
    else:
        click.echo(f"estimate {taken_back.id} of {taken_back.meter} does not count any more", err=True)


@click.command(name="confirm-estimate")
@click.argument("estimate_ids", metavar="ID...", type=int, nargs=-1, required=True)
@click.option("--reason", default="", help="Why they are right.")
@click.option("--author", "by", default="", help="Who does it; the system's user unless given.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def confirm_estimate(estimate_ids: tuple[int, ...], *, reason: str, by: str, json_output: bool) -> None:
    """Stand for estimates that a billing run has made, so that its bills may be issued."""
    from cloud_service.cli.output import as_json
    from cloud_service.flow.metering import estimate_decisions

    with transaction() as session:
        count = estimate_decisions.confirm(
            session, estimate_ids, author=by or author(), reason=reason, now=datetime.now(UTC)
        )
    said = f"{count} of {len(estimate_ids)} estimates waited and are confirmed"
    click.echo(as_json({"confirmed": count}) if json_output else said, err=not json_output)
