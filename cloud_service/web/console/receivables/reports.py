"""Reports: ageing of what is open at any past day."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, render_template, request

from cloud_service.store.receivables.statements_and_ageing import ageing as report
from cloud_service.web.access import May, access, scope
from cloud_service.web.clock import today
from cloud_service.web.database import session
from cloud_service.web.forms import parse_day
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.lists.column import Column
from cloud_service.web.lists.files import rows_file

blueprint = Blueprint("reports", __name__)
BUCKETS = {
    "not_due": _l("Not yet due"),
    "days_30": _l("1 to 30 days late"),
    "days_60": _l("31 to 60"),
    "days_90": _l("61 to 90"),
    "older": _l("Over 90"),
}
"""How late, by the column of the ageing."""
FILE_COLUMNS = (
    Column("account", _l("Account")),
    Column("client", _l("TENANT NAME")),
    Column("currency", _l("Currency")),
    *(Column(key, label, "amount", "currency") for key, label in BUCKETS.items()),
    Column("total", _l("OUTSTANDING"), "amount", "currency"),
)


@blueprint.get("/reports/ageing")
@blueprint.get("/reports/ageing.<any(csv, xlsx):form>", endpoint="ageing_file")
@access(May.READ)
def ageing(form: str = "") -> Response | str:
    """Open bills by how late they are, at the end of the asked day."""
    day = parse_day(request.args.get("day") or today().isoformat(), "day")
    rows = [row for row in report(session(), day, scope()) if row.total]
    if form:
        return rows_file(f"ageing-{day}", str(_l("Ageing")), FILE_COLUMNS, rows, form)
    return render_template(
        "console/ageing.html", rows=rows, sums=_sums_by_currency(rows), buckets=BUCKETS.items(), day=day
    )


def _sums_by_currency(rows: Sequence[Any]) -> dict[str, dict[str, Decimal]]:
    """Currency -> bucket or `total` -> the sum of all accounts, each in its own currency."""
    sums: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        currency_sums = sums.setdefault(row.currency, dict.fromkeys([*BUCKETS, "total"], Decimal(0)))
        for column in currency_sums:
            currency_sums[column] += getattr(row, column)
    return sums
