"""A tariff as a price sheet: rows to fill, the price of a typical month beside it, kept as a version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.tariffs.document import canonical
from cloud_service.domain.tariffs.price_sheet.from_document import from_document
from cloud_service.domain.tariffs.price_sheet.holes import UNITS
from cloud_service.domain.tariffs.price_sheet.sheet import REGISTERS, HourPrice, PriceSheet, TaxRow
from cloud_service.domain.tariffs.price_sheet.to_document import to_document
from cloud_service.domain.tariffs.price_sheet.typical_use import shares_of, uses_of
from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow import publish_tariff as flow
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.lookups.tariffs import tariff as tariff_of
from cloud_service.store.tariffs import published
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import today
from cloud_service.web.console.tariffs.sheet_cells import TABLES, Row, SheetCells, cells_of, read_sheet, typed_cells
from cloud_service.web.database import session
from cloud_service.web.forms import Form
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import number_as_typed, typed_number
from common.errors import EnergyError, InputError
from common.period import add_months

blueprint = Blueprint("price_sheet", __name__)
TYPICAL_USE = {"electricity": "180", "water": "12", "gas": "100", "heat": "600", "cooling": "300"}
MOST_USED = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Stored:
    """The tariff whose next version is typed: its address and name, its code, the document that is valid now."""

    public_id: UUID
    name: str
    code: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TypicalMonth:
    """What an ordinary month would cost by the sheet, and what it costs by the version before."""

    used: str
    unit: str
    sample: flow.PriceSample | None = None
    before: Decimal | None = None
    draft: flow.TariffDraft | None = None
    document: str = ""
    shares: str = ""  # of the counters, in words


@blueprint.route("/tariffs/sheet", methods=["GET", "POST"])
@access(May.CONTRACT)
def add() -> Any:
    """A new tariff."""
    entity = legal_entities.entity(session(), scope(), request.values.get("entity", ""))
    return _answer(entity, cells_of(_empty_sheet(entity)), None)


@blueprint.route("/tariffs/<uuid:public_id>/sheet", methods=["GET", "POST"])
@access(May.CONTRACT)
def edit(public_id: UUID) -> Any:
    """The next version of a tariff; to its document where a sheet cannot say all of it."""
    tariff, versions = tariff_of(session(), scope(), public_id)
    document = versions[0].document if versions else {}
    sheet = from_document(document) if document else None
    if sheet is None:
        flash(_("This tariff says more than a price sheet can show. It is changed as a document."), "success")
        return redirect(url_for("tariff_forms.edit", public_id=public_id))
    entity = session().get_one(LegalEntity, tariff.legal_entity_id)
    stored = Stored(public_id, tariff.name, tariff.code, document)
    return _answer(entity, cells_of(replace(sheet, start=None, until=None)), stored)


def _empty_sheet(entity: LegalEntity) -> PriceSheet:
    """What a new sheet begins with: the first of this month, hours of a usual day and night, one tax."""
    night, day = HourPrice(_("Night"), None, "every", "22:00-06:00"), HourPrice(_("Day"), None)
    return PriceSheet(
        name="", currency=entity.currency, start=add_months(today().replace(day=1), 0), energy_label=_("Energy"),
        hours=(night, day), taxes=(TaxRow(_("VAT"), None),),
    )  # fmt: skip


def _answer(entity: LegalEntity, cells: SheetCells, stored: Stored | None) -> Any:
    """Show the sheet; add or drop a row; keep it where that was asked and nothing is wrong."""
    do = request.form.get("do", "")
    if request.method == "GET":
        return _page(entity, cells, TypicalMonth(*_typical(cells)), stored)
    cells = typed_cells(request.form)
    sheet = read_sheet(cells)
    sheet = replace(sheet, code=stored.code, currency=entity_currency(stored, sheet)) if stored else sheet
    month = _month(sheet, cells, entity, stored)
    if do == "keep" and not cells.errors and month.draft is not None:
        response = _keep(entity, month.draft, cells, stored)
        if response is not None:
            return response
    _change_rows(cells, do)
    if do.startswith(("add-", "drop-")):
        cells.errors.clear()
    return _page(entity, cells, month, stored), 422 if do == "keep" else 200


def entity_currency(stored: Stored, sheet: PriceSheet) -> str:
    """A tariff keeps its currency from version to version."""
    return str(stored.document.get("currency", sheet.currency))


def _change_rows(cells: SheetCells, do: str) -> None:
    """`add-steps` and `drop-steps-1` are buttons of the page."""
    verb, _dash, rest = do.partition("-")
    table, _dash, number = rest.partition("-")
    if verb == "add" and table in TABLES:
        cells.add_row(table)
    elif verb == "drop" and table in TABLES and number.isdecimal():
        cells.drop_row(table, int(number))


def _keep(entity: LegalEntity, draft: flow.TariffDraft, cells: SheetCells, stored: Stored | None) -> Response | None:
    """Keep the version in one transaction; None where it was refused, with the reason at its cell."""
    try:
        if stored is None and published.find(session(), entity.id, draft.tariff.id) is not None:
            raise InputError(
                _("there is a tariff %(code)s already", code=draft.tariff.id), path="name",
                hint=_("choose another name, or open that tariff and make a new version"),
            )  # fmt: skip
        done = flow.publish(session(), entity.id, draft, author=actor(), reason=request.form.get("reason", "").strip())
        session().commit()
    except REFUSALS as error:
        session().rollback()
        cells.errors[error.path if isinstance(error, EnergyError) else ""] = Form.sentence(error)
        return None
    flash(_("%(name)s is kept. Connections can be billed by it.", name=done.name), "success")
    return redirect(url_for("tariffs.index", q=done.code))


def _typical(cells: SheetCells) -> tuple[str, str]:
    """How much is used in a typical month, as typed, and its unit."""
    utility = cells.head["utility"] if cells.head["utility"] in REGISTERS else "electricity"
    return request.form.get("used", "").strip() or TYPICAL_USE[utility], UNITS[utility]


def _month(sheet: PriceSheet, cells: SheetCells, entity: LegalEntity, stored: Stored | None) -> TypicalMonth:
    """The month by the same engine that prices bills; without a price while the sheet has a hole."""
    used, unit = _typical(cells)
    quantity = _quantity(used, cells)
    if cells.errors:
        return TypicalMonth(used, unit)
    try:
        document = to_document(sheet)
        draft = flow.TariffDraft(load_tariff(document), document)
    except InputError as error:
        cells.errors[error.path] = Form.sentence(error)
        return TypicalMonth(used, unit)
    sample = flow.sample(draft.tariff, today(), entity.timezone, uses_of(sheet, quantity))
    before = None if stored is None else _before(stored, entity, quantity)
    text = json.dumps(json.loads(canonical(document)), indent=2, ensure_ascii=False)
    return TypicalMonth(used, unit, sample, before, draft, text, _shares(sheet))


def _before(stored: Stored, entity: LegalEntity, quantity: Decimal) -> Decimal | None:
    """What the month costs by the version that is valid now."""
    present = {key: value for key, value in stored.document.items() if key not in ("from", "until")}
    sheet = from_document(stored.document)
    if sheet is None:
        return None
    return flow.sample(load_tariff(present), today(), entity.timezone, uses_of(sheet, quantity)).amount


def _shares(sheet: PriceSheet) -> str:
    """`70 % Day, 30 % Night`; nothing where one counter counts all."""
    rows = zip(sheet.counters, shares_of(sheet), strict=True) if sheet.pricing == "counters" else ()
    return ", ".join(f"{number_as_typed(share)} % {row.label.strip()}" for row, share in rows)


def _quantity(used: str, cells: SheetCells) -> Decimal:
    """What the typical month uses, in whole thousandths."""
    try:
        quantity = typed_number(used, "used").quantize(Decimal("0.001"))
    except (InputError, ArithmeticError):
        quantity = Decimal(-1)
    if not 0 <= quantity <= MOST_USED:
        cells.errors["used"] = _("Type how much is used, for example 180.")
        return Decimal(0)
    return quantity


def _day_and_night(utility: str) -> list[Row]:
    """The counters of most meters that have two."""
    register = REGISTERS.get(utility, "import")
    return [
        {"label": _("Day"), "counter": f"{register}_day"},
        {"label": _("Night"), "counter": f"{register}_night"},
    ]


def _page(entity: LegalEntity, cells: SheetCells, month: TypicalMonth, stored: Stored | None) -> str:
    for table in ("items", "taxes"):  # a row to type into, without pressing a button first
        if not cells.rows[table]:
            cells.add_row(table)
    if not cells.rows["steps"]:
        cells.add_row("steps")
        cells.add_row("steps")
    if not cells.rows["counters"]:
        cells.rows["counters"] = _day_and_night(cells.head["utility"])
    entities = legal_entities.entities(session(), scope()) if stored is None else []
    return render_template(
        "console/price_sheet.html", cells=cells, month=month, entity=entity, entities=entities, stored=stored
    )
