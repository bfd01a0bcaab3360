"""`energy-cloud rate`: price a load with a tariff; the same engine as the bills, and no database."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cloud_service.domain.pricing.priced_lines import RatingResult
    from cloud_service.domain.tariffs.tariff import Tariff


@click.command()
@click.option(
    "--tariff",
    "tariffs",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="TOML, YAML or JSON of ours, or JSON of the URDB; several for versions.",
)
@click.option(
    "--load",
    type=click.Path(path_type=Path),
    help="CSV of what was taken: one value a line, or time,value.",
)
@click.option("--export", type=click.Path(path_type=Path), help="CSV of what was given back, with the same steps.")
@click.option(
    "--register",
    "further",
    multiple=True,
    metavar="NAME=CSV",
    help="What another register of the tariff counted in each step, in its own unit: m³, kvarh …; may be repeated.",
)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, in the zone.")
@click.option("--timezone", "zone_name", required=True, help="IANA time zone, for example Europe/Berlin.")
@click.option(
    "--step",
    type=click.Choice(["1", "5", "10", "15", "30", "60"]),
    help="Minutes of a step, where the data do not say it.",
)
@click.option(
    "--unit", type=click.Choice(["kW", "kWh"]), help="What the values are; the header's word, else mean kW of the step."
)
@click.option(
    "--periods",
    type=click.Choice(["month", "all"]),
    default="month",
    help="A bill for each calendar month, or one for all days.",
)
@click.option(
    "--cycle-day", type=click.IntRange(1, 31), default=1, help="Day of the month on which billing months start."
)
@click.option(
    "--holidays",
    is_flag=True,
    help="Price the holidays that a URDB record names; without it they are days like others.",
)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A fact of the connection a tariff asks for: contracted_kw=50.",
)
@click.option(
    "--prices",
    "series",
    multiple=True,
    metavar="NAME=CSV",
    help="A price series that a spot charge names, for all the days.",
)
@click.option("--json", "json_output", is_flag=True, help="Machine-readable output.")
def rate(  # noqa: PLR0917 -- click hands every option by name
    tariffs: tuple[Path, ...],
    load: Path | None,
    export: Path | None,
    further: tuple[str, ...],
    start: Any,
    zone_name: str,
    step: str | None,
    unit: str | None,
    periods: str,
    cycle_day: int,
    values: tuple[str, ...],
    series: tuple[str, ...],
    *,
    holidays: bool,
    json_output: bool,
) -> None:
    """Price a load with a tariff, a bill for each month, each line with its reason."""
    from cloud_service.domain.rating.calculator import calculate, read_prices, read_usage

    tariff, notes = read_tariffs(tariffs, holidays=holidays)
    registers, span, usage_notes = read_usage(
        register_files(load, export, further),
        start.date(),
        zone_name,
        step_s=int(step) * 60 if step else None,
        unit=unit,
    )
    prices = {
        name: read_prices(Path(path), start.date(), span, zone_name) for name, path in named_pairs(series, "--prices")
    }
    bills = calculate(
        tariff,
        registers,
        span,
        zone_name,
        cycle_day=cycle_day,
        whole=periods == "all",
        values=read_values(values),
        prices=prices,
    )
    print_periods(bills, [*notes, *usage_notes], json_output=json_output)


def print_periods(bills: "Sequence[RatingResult]", notes: list[str], *, json_output: bool) -> None:
    """The bills of all periods, after what was noted while the files were read."""
    if json_output:
        document: dict[str, Any] = {"periods": [period_json(bill) for bill in bills]}
        click.echo(json.dumps(document | ({"notes": notes} if notes else {}), ensure_ascii=False))
        return
    for note in notes:
        click.echo(f"note: {note}", err=True)
    click.echo("\n\n".join(map(period_text, bills)))


def register_files(load: Path | None, export: Path | None, further: tuple[str, ...]) -> dict[str, Path]:
    """The file of each register; one that is named twice is refused."""
    own = [f"{name}={path}" for name, path in (("import", load), ("export", export)) if path is not None]
    return {name: Path(path) for name, path in named_pairs((*own, *further), "--register")}


def read_tariffs(paths: tuple[Path, ...], *, holidays: bool) -> "tuple[Tariff, list[str]]":
    """One tariff from one or more files, each a version of it, and the notes of imports."""
    from cloud_service.domain.rating.calculator import read_tariff
    from cloud_service.domain.tariffs.tariff import join_versions

    tariffs = [read_tariff(path, holidays=holidays) for path in paths]
    notes = [note for _, tariff_notes in tariffs for note in tariff_notes]
    return (tariffs[0][0] if len(tariffs) == 1 else join_versions([tariff for tariff, _ in tariffs])), notes


def read_values(pairs: tuple[str, ...]) -> dict[str, Any]:
    """NAME=NUMBER pairs."""
    from cloud_service.domain.money import exact

    return {name: exact(number, f"--value {name}") for name, number in named_pairs(pairs, "--value")}


def named_pairs(pairs: tuple[str, ...], option: str) -> list[tuple[str, str]]:
    """NAME=REST pairs of an option."""
    from common.errors import InputError

    split_pairs = [pair.partition("=") for pair in pairs]
    seen: set[str] = set()
    for (name, _, rest), pair in zip(split_pairs, pairs, strict=True):
        if not name or not rest:
            raise InputError(f"{pair!r} has no name and value", path=option, hint="NAME=VALUE")
        if name in seen:
            raise InputError(f"{name!r} is given twice", path=option)
        seen.add(name)
    return [(name, rest) for name, _, rest in split_pairs]


def period_json(bill: "RatingResult") -> dict[str, Any]:
    """A bill as the calculator prints it; taxes only where the tariff has some."""
    from cloud_service.domain.money import plain, written
    from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, rated_line, stored_tax
    from cloud_service.domain.pricing.record_json import to_json

    keys = ("charge", "label", "quantity", "unit", "price", "amount_unrounded", "amount", "why")
    lines = [to_json(rated_line(line, OUTSIDE_VAT)) for line in bill.lines]
    period: dict[str, Any] = {
        "start": bill.span.start.isoformat(),
        "end": bill.span.end.isoformat(),
        "lines": [{key: line[key] for key in keys} for line in lines],
        "max_demand_kw": None if bill.max_demand_kw is None else plain(bill.max_demand_kw),
        "total_unrounded": plain(bill.total_unrounded),
        "total": written(bill.total),
    }
    if bill.taxes:
        period["taxes"] = [to_json(stored_tax(tax)) for tax in bill.taxes]
    return period


def period_text(bill: "RatingResult") -> str:
    """A bill for people."""
    from cloud_service.domain.money import plain

    rows = [f"{bill.span.start} to {bill.span.end} (end exclusive)"]
    for line in bill.lines:
        price = "" if line.price is None else f"× {plain(line.price)}"
        rows.append(f"  {line.label[:44]:<44} {plain(line.quantity):>16} {line.unit:<6} {price:<14} {line.amount:>12}")
    for tax in bill.taxes:
        rows.append(
            f"  {tax.label[:44]:<44} {plain(tax.base):>16} {'':<6} {plain(tax.percent) + ' %':<14} {tax.amount:>12}"
        )
    if bill.max_demand_kw is not None:
        rows.append(f"  highest demand {plain(bill.max_demand_kw)} kW")
    rows.append(f"  {'Total ' + bill.currency:<83} {bill.total:>12}")
    return "\n".join(rows)
