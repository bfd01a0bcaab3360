"""`energy-cloud readings energy`: energy of a span by site, client, meter or utility."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import transaction
from cloud_service.cli.options import WHOSE

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from cloud_service.flow.metering.energy_report import EnergyReport
    from common.period import Span

UTILITIES = ("electricity", "water", "gas", "heat", "cooling")
SPANS = (
    "today", "yesterday", "week", "month", "quarter", "year", "last_week", "last_month", "last_quarter", "last_year",
)  # fmt: skip


@click.command()
@click.option("--by", type=click.Choice(["site", "client", "meter", "utility"]), default="site", show_default=True)
@click.option("--span", "span_name", type=click.Choice(SPANS), default="last_month", show_default=True)
@click.option("--from", "start", default="", metavar="DATE", help="First day, instead of --span.")
@click.option("--until", "end", default="", metavar="DATE", help="Last day; needs --from.")
@click.option("--site", default="", help="Only this site, by its name.")
@WHOSE
@click.option("--client", default="", help="Only this client, by its number.")
@click.option("--meter", default="", help="Only this meter, by its name.")
@click.option("--utility", type=click.Choice(UTILITIES), help="Only this utility.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write the rows into this file.")
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path), help="Write the rows into this spreadsheet.")
@click.option("--json", "json_output", is_flag=True, help="Print rows and sums as JSON.")
def energy(*, csv_file: Path | None, xlsx_file: Path | None, json_output: bool, **options: str) -> None:
    """Show the energy of a span of days, compared with the span before and the year before.

    Days are those of each site. A comparison is told where at least 99 % of both spans is known and as many meters were
    there. Exit code 6 if something of the span is missing.
    """
    from cloud_service.cli.output import as_json

    report = _report(**options)
    if json_output:
        click.echo(as_json(_as_json(report)))
    for path, form in ((csv_file, "csv"), (xlsx_file, "xlsx")):
        if path:
            _write(report, path, form)
    if not (json_output or csv_file or xlsx_file):
        _print(report)
    raise SystemExit(6 if any(row.now.missing_s for row in report.rows) else 0)


def _report(*, by: str, site: str, client: str, meter: str, utility: str | None, **days: str) -> "EnergyReport":
    with transaction() as session:
        from cloud_service.cli.names import named_scope
        from cloud_service.domain.metering.energy.grouping import GroupBy
        from cloud_service.flow.metering.energy_report import EnergyQuestion, energy_report
        from cloud_service.store.customers.legal_entities import today_of
        from cloud_service.store.metering.energy.placed_registers import PlaceFilter

        now = datetime.now(UTC)
        places = PlaceFilter(site, utility or "", meter, client)
        return energy_report(
            session,
            named_scope(session),
            EnergyQuestion(GroupBy(by), _span(today_of(session, now), **days), places),
            now,
        )


def _span(today: "date", *, span_name: str, start: str, end: str) -> "Span":
    from cloud_service.cli.options import day_of
    from cloud_service.domain.metering.energy.spans import named_span
    from common.errors import InputError
    from common.period import Span

    if not start and not end:
        return named_span(span_name, today)
    if not start:
        raise InputError("--until needs --from", path="--from")
    return Span(day_of(start, "--from"), day_of(end, "--until") + timedelta(days=1))


def _as_json(report: "EnergyReport") -> dict[str, Any]:
    from cloud_service.domain.metering.energy.lines import energy_line

    spans = report.spans
    return {
        "by": report.question.by,
        "days": _days(spans.span),
        "before": _days(spans.before),
        "year_before": _days(spans.year_before) if spans.year_before else None,
        "rows": [energy_line(row) for row in report.rows],
        "sums": [energy_line(row) for row in report.sums],
    }


def _days(span: "Span") -> dict[str, str]:
    return {"from": span.start.isoformat(), "until": (span.end - timedelta(days=1)).isoformat()}


def _write(report: "EnergyReport", path: Path, form: str) -> None:
    from cloud_service.cli.options import company_today
    from cloud_service.domain.metering.energy.lines import EnergyLine, energy_line
    from cloud_service.sheets.files.table_file import SheetColumn, table_file

    keys = EnergyLine.__dataclass_fields__
    columns = [SheetColumn(key.replace("_", " "), "text" if field.type in {"str", "bool"} else "number", 3)
               for key, field in keys.items()]  # fmt: skip
    rows = ([_cell(getattr(energy_line(row), key)) for key in keys] for row in report.rows)
    with path.open("wb") as file:
        for piece in table_file("Energy", columns, rows, company_today(), form):
            file.write(piece)
    click.echo(f"{len(report.rows)} rows written to {path}", err=True)


def _cell(value: Any) -> Any:
    return ("yes" if value else "") if isinstance(value, bool) else value


def _print(report: "EnergyReport") -> None:
    from cloud_service.cli.output import print_table
    from cloud_service.domain.metering.energy.lines import energy_line

    heads = [report.question.by.upper(), "UTILITY", "DIRECTION", "UNIT", "ENERGY", "BEFORE", "%", "YEAR BEFORE", "%",
             "COMPLETE %", "ESTIMATED %", "GAPS", "LOSSES", "%"]  # fmt: skip
    rows = []
    for row in (*report.rows, *report.sums):
        line = energy_line(row)
        name = line.name or ("all" if row in report.sums else "nobody")
        rows.append([
            name, line.utility, line.direction, line.unit, _number(line.energy), _number(line.before),
            _percent(line.before_percent), _number(line.year_before), _percent(line.year_before_percent),
            _percent(line.complete), _percent(line.estimated), str(line.gaps), _number(line.losses),
            _percent(line.losses_percent),
        ])  # fmt: skip
    days = _days(report.spans.span)
    click.echo(f"{days['from']} to {days['until']}, the days of each site", err=True)
    print_table(heads, rows)


def _number(value: "Decimal | None") -> str:
    return "–" if value is None else f"{value:,.3f}"


def _percent(value: "Decimal | None") -> str:
    return "–" if value is None else f"{value:.1f}"
