"""Many at once: a sheet is chosen, its columns are matched, its rows checked, mended and imported; imports so far."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cloud_service.sheets import sheet_jobs
from cloud_service.sheets.export_sheets import EXPORTED, export_sheet
from cloud_service.sheets.files.report_file import report_file
from cloud_service.sheets.files.sheet_file import FILE_MAX, SheetFile
from cloud_service.sheets.heads.columns import KINDS
from cloud_service.sheets.import_sheet import ImportOrder, check_sheet, import_sheet, read_columns
from cloud_service.sheets.report import REFUSED, SheetReport
from cloud_service.sheets.template import template as empty_sheet
from cloud_service.sheets.undo_import import reasons_to_stay, sentence_of, undo_import
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.errors import REFUSALS
from cloud_service.store.sheets import jobs
from cloud_service.store.sheets.imports import kept_import, kept_imports
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.customers.sent_sheet import is_kept, mended_cells, packed, said_columns, sent_file
from cloud_service.web.console.shared_fields import REASON, chosen_entity, entity_field
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form
from cloud_service.web.guards import takes_files
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.language.sentences import ngettext
from common.errors import EnergyError, NotFoundError, at_field

blueprint = Blueprint("sheets", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 100
STYLE = (
    Field(
        "order", _l("03/04/2026 means"), "choice",
        options=(("", _l("as the sheet tells")), ("dmy", _l("3 April")), ("mdy", _l("4 March"))),
    ),
    Field(
        "mark", _l("1.234 means"), "choice",
        options=(("", _l("as the sheet tells")), (",", _l("one thousand and more")), (".", _l("one and a bit"))),
    ),
)  # fmt: skip


def _form() -> Form:
    hint = _("CSV or XLSX; its first row names the columns.")
    chosen = Field("file", _("Sheet"), "file", hint, required=not is_kept())
    kind = Field("kind", _("Each row is"), "choice", options=options("sheet_kind"))
    return Form((chosen, kind, *entity_field(), *STYLE, REASON), {"kind": "flats"})


@blueprint.get("/imports")
@access(May.CONTRACT)
def index() -> str:
    """A sheet to choose, and the imports so far."""
    imports = kept_imports(session(), scope())
    held = {row.id: [sentence_of(reason) for reason in reasons_to_stay(session(), row)] for row in imports}
    return render_template(
        "console/imports.html",
        form=_form(),
        imports=imports,
        held=held,
        kinds=KINDS,
        exported=EXPORTED,
        entities=legal_entities.entities(session(), scope()),
    )


@blueprint.route("/imports/sheet", methods=["GET", "POST"])
@access(May.CONTRACT)
@takes_files(FILE_MAX)
def read() -> Any:
    """The sheet with what would become of each row; `do` says what is to be done with it."""
    form = _form()
    if request.method == "GET":
        return redirect(url_for("sheets.index"))
    report, file = None, None
    if form.read():
        try:
            with at_field("file"):
                file = sent_file(form["file"])
            order = _order(form, file)
            report = read_columns(session(), file, order)
            done = _do(form, file, order)
            if isinstance(done, SheetReport):
                report = done
            else:
                return done
        except REFUSALS as error:
            session().rollback()
            form.refuse(error)
    return _page(form, file, report), 422 if form.errors else 200


def _do(form: Form, file: SheetFile, order: ImportOrder) -> SheetReport | Response | Any:
    """Look, give the report as a file, or import; a large sheet is the worker's, and its progress is shown."""
    if len(file.read().rows) > sheet_jobs.AT_ONCE:
        task = request.form.get("do", "look")
        task = task if task in ("import", "good") else "look"
        public_id = sheet_jobs.start(session(), file, order, task, now())
        session().commit()
        return redirect(url_for("sheets.job", public_id=public_id))
    if request.form.get("do") not in ("import", "good"):
        report = check_sheet(session(), file, order)
        session().rollback()
        if request.form.get("do") == "report":
            return _download(
                report_file(report, today(), refused_only=True), _("Rows to look at: %(name)s", name=file.name)
            )
        return report
    report = import_sheet(session(), file, order, good_rows=request.form["do"] == "good")
    if not report.import_id:
        session().rollback()
        form.errors[""] = _("Nothing was stored: look at the rows below.")
        return report
    session().commit()
    flash(ngettext("%(num)s row is imported.", "%(num)s rows are imported.", len(report.of("new"))), "success")
    return redirect(url_for("sheets.index"))


@blueprint.get("/imports/jobs/<uuid:public_id>")
@access(May.CONTRACT)
def job(public_id: UUID) -> Any:
    """How far the worker is with a large sheet; then the check of its rows, or where it was imported."""
    sheet_job = jobs.seen(session(), scope(), public_id)
    if sheet_job.state != "done":
        return render_template("console/import_job.html", job=sheet_job)
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Refresh": "true"})  # the whole page, with its own address
    report = sheet_jobs.report_of(session(), sheet_job)
    if report.import_id:
        flash(ngettext("%(num)s row is imported.", "%(num)s rows are imported.", len(report.of("new"))), "success")
        return redirect(url_for("sheets.index"))
    order = sheet_jobs.order_of(sheet_job)
    entity = {seller.id: seller.public_id for seller in legal_entities.entities(session(), scope())}
    values = {
        "kind": order.kind, "order": order.order, "mark": order.mark, "reason": order.reason,
        "entity": str(entity.get(order.entity_id, "")),
    }  # fmt: skip
    form = Form(_form().fields, values)
    if sheet_job.task != "look":
        form.errors[""] = _("Nothing was stored: look at the rows below.")
    fixes = {f"fix.{row}.{key}": text for (row, key), text in order.mended.items()}
    return _page(form, sheet_jobs.file_of(sheet_job), report, kept_job=public_id, earlier_fixes=fixes)


@blueprint.get("/imports/jobs/<uuid:public_id>/report.xlsx")
@access(May.CONTRACT)
def job_report(public_id: UUID) -> Response:
    """The rows of a large sheet that were refused, with their reasons."""
    sheet_job = jobs.seen(session(), scope(), public_id)
    if sheet_job.state != "done":
        raise NotFoundError(_("there is no such page"))
    content = report_file(sheet_jobs.report_of(session(), sheet_job), today(), refused_only=True)
    return _download(content, _("Rows to look at: %(name)s", name=sheet_job.name))


def _order(form: Form, file: SheetFile) -> ImportOrder:
    """How the file is to be read, as the page says."""
    order = ImportOrder(
        chosen_entity(form).id, actor(), today(), form["kind"] or "flats", order=form["order"], mark=form["mark"],
        reason=form["reason"],
    )  # fmt: skip
    if form["file"] is not None or request.form.get("kept_kind") != order.kind:
        return order
    columns = said_columns(KINDS[order.kind], read_columns(session(), file, replace(order)).sheet)
    return replace(order, columns=columns, mended=mended_cells())


def _page(
    form: Form, file: SheetFile | None, report: SheetReport | None, *, kept_job: UUID | None = None,
    earlier_fixes: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    kind = KINDS[report.kind] if report else None
    keys_at: Mapping[int, str] = {at: key for key, at in report.places.items()} if report else {}
    faults = [(row, fault) for row in report.of(REFUSED) for fault in row.faults] if report else []
    shown_faults = faults[:FAULTS_SHOWN]
    fields = {f"fix.{row.number}.{fault.column}" for row, fault in shown_faults}
    sent = earlier_fixes or {name: text for name, text in request.form.items() if name.startswith("fix.")}
    kept_fixes = {name: text for name, text in sent.items() if name not in fields}
    return render_template(
        "console/import.html", form=form, file=file, report=report, kind=kind, keys_at=keys_at, faults=shown_faults,
        more=len(faults) - len(shown_faults), packed=packed(file) if file and not kept_job else "", kept_job=kept_job,
        kept_fixes=kept_fixes, start=_first_rows(report),
    )  # fmt: skip


def _first_rows(report: SheetReport | None) -> list[Any]:
    return list(report.sheet.rows[:4]) if report else []


@blueprint.post("/imports/<uuid:public_id>/undo")
@access(May.CONTRACT)
def undo(public_id: UUID) -> Any:
    """Take an import back."""
    sheet_import = kept_import(session(), scope(), public_id=public_id)
    try:
        undo_import(session(), sheet_import, author=actor(), now=now())
        session().commit()
    except EnergyError as error:
        session().rollback()
        flash(Form.sentence(error), "danger")
    else:
        flash(_("%(name)s is taken back: all that it made is gone.", name=sheet_import.name), "success")
    return redirect(url_for("sheets.index"))


@blueprint.get("/imports/template/<sheet_kind>.<form>")
@access(May.CONTRACT)
def template(sheet_kind: str, form: str) -> Response:
    """An empty sheet with all columns and an example."""
    if sheet_kind not in KINDS or form not in ("csv", "xlsx"):
        raise NotFoundError(_("there is no such page"))
    return _download(empty_sheet(sheet_kind, today(), form=form), f"{sheet_kind}.{form}")


@blueprint.get("/imports/export/<sheet_kind>.<form>")
@access(May.CONTRACT)
def export(sheet_kind: str, form: str) -> Response:
    """What the company has, as a sheet that can be imported again."""
    if sheet_kind not in EXPORTED or form not in ("csv", "xlsx"):
        raise NotFoundError(_("there is no such page"))
    seller = legal_entities.entity(session(), scope(), request.args.get("entity", ""))
    return _download(export_sheet(session(), seller.id, sheet_kind, today(), form=form), f"{sheet_kind}.{form}")


def _download(content: bytes, name: str) -> Response:
    stem = name.rpartition(".")[0] if name.endswith((".csv", ".xlsx")) else name
    form = "csv" if name.endswith(".csv") and content[:2] != b"PK" else "xlsx"
    answer = Response(content, mimetype="text/csv" if form == "csv" else XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{stem}.{form}")
    return answer
