"""Reports: ageing of what is open at any past day."""

from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, render_template, request

from cloud_service.store.receivables.statements_and_ageing import ageing as report
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.language.formatting import plain
from cloud_service.web.listing import csv_response
from common.errors import InputError

blueprint = Blueprint("reports", __name__)
PARTS = (
    ("not_due", "Not yet due"),
    ("days_30", "1 to 30 days late"),
    ("days_60", "31 to 60"),
    ("days_90", "61 to 90"),
    ("older", "Over 90"),
)


@blueprint.get("/reports/ageing")
@blueprint.get("/reports/ageing.csv", defaults={"as_file": True}, endpoint="ageing_file")
@access(May.READ)
def ageing(*, as_file: bool = False) -> Response | str:
    """Open bills by how late they are, at the end of the asked day."""
    try:
        day = date.fromisoformat(request.args.get("day") or today().isoformat())
    except ValueError:
        raise InputError("that is not a day", path="day", hint="for example 2026-11-20") from None
    rows = [row for row in report(session(), day, scope()) if row.total]
    if as_file:
        head = ["Account", "TENANT NAME", "Currency", *(label for _, label in PARTS), "OUTSTANDING"]
        lines = [
            [r.account, r.client, r.currency, *(plain(getattr(r, p)) for p, _ in PARTS), plain(r.total)] for r in rows
        ]
        return csv_response([head, *lines], f"ageing-{day}")
    sums: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        currency_sums = sums.setdefault(
            row.currency, dict.fromkeys([column for column, _ in PARTS] + ["total"], Decimal(0))
        )
        for column in currency_sums:
            currency_sums[column] += getattr(row, column)
    return render_template("console/ageing.html", rows=rows, sums=sums, buckets=PARTS, day=day)
