"""Files of readings: looked at first, then taken in whole or not at all; the history, with undo until billed."""

import base64
import binascii
import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.metering.meterdata import BadFileError, ColumnMapping, FormatOptions, MeterDataFile
from cloud_service.domain.metering.meterdata.table_guess import TableGuess, format_of, guess_table
from cloud_service.flow.metering.import_meter_data import ImportOutcome, ImportRequest, import_file
from cloud_service.flow.metering.undo_import import undo
from cloud_service.store.metering import imported_files, table_mappings
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now
from cloud_service.web.console.metering.reading_faults import FAULTS_IN_FILE, FAULTS_SHOWN, faults_file, faulty_rows
from cloud_service.web.console.metering.reading_table_fields import COLUMN_OPTIONS, file_fields, table_fields
from cloud_service.web.database import engine, session
from cloud_service.web.forms import Form, FormPage, answer, typed_reason
from cloud_service.web.language.sentences import gettext as _
from common.errors import EnergyError, InputError, at_field

blueprint = Blueprint("reading_files", __name__)
TEMPLATE = "console/reading_upload.html"
FILE_MAX = 4 * 2**20  # what is sent comes back packed in the form, below the limit of a request
COLUMNS_MAX = 200


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was chosen, or as it came back with the form."""

    name: str
    content: bytes
    fresh: bool  # chosen right now: nothing on the form speaks of it yet

    @property
    def packed(self) -> str:
        """The file for a field of the form."""
        return base64.b64encode(zlib.compress(self.content)).decode()


@dataclass(frozen=True, slots=True)
class TableChoices:
    """The head of a table and what is chosen for it: our name for each column, and the values of the fields below."""

    guess: TableGuess
    columns: tuple[str, ...]
    typed: Mapping[str, str]


@blueprint.route("/readings/upload", methods=["GET", "POST"])
@access(May.CONTRACT)
def upload() -> Any:
    """Look at a file, say how its columns are read, try it without keeping anything, take it in."""
    sent, fault = _sent_file() if request.method == "POST" else (None, "")
    table = _table(sent) if sent and _format(sent) == "csv" else None
    form = Form((*file_fields(), *(table_fields() if table else ())), typed=dict(table.typed) if table else {})
    page = FormPage(_("Upload readings"), (_("Data readings"), url_for("meters.index")), _("Take it in"))

    faults: list[BadFileError] = []

    def do() -> Response | str:
        if sent is None:
            raise InputError(fault or _("choose a file"), path="file")
        if request.form.get("do") == "faults":
            source, import_request = _import_of(sent, form, table, keep=False)
            return faults_file(sent.name, faulty_rows(source, import_request, FAULTS_IN_FILE), source.options.mapping)
        try:
            outcome = _try(sent, form, table, keep=request.form.get("do") == "keep" and not sent.fresh)
        except EnergyError:
            source, import_request = _import_of(sent, form, table, keep=False)
            faults.extend(faulty_rows(source, import_request, FAULTS_SHOWN + 1))
            raise
        if outcome.file_id and request.form.get("do") == "keep" and not sent.fresh:
            _remember(form, table)
            flash(_said(sent, outcome), "success")
            return redirect(url_for("reading_files.history"))
        return render_template(
            TEMPLATE, form=form, page=page, sent=sent, table=table, outcome=outcome, column_options=COLUMN_OPTIONS
        )

    return answer(
        form, page, do, template=TEMPLATE, sent=sent, table=table, column_options=COLUMN_OPTIONS, faults=faults,
        faults_shown=FAULTS_SHOWN,
    )  # fmt: skip


@blueprint.get("/readings/imports")
@access(May.READ)
def history() -> str:
    """The files that were taken in, newest first."""
    return render_template("console/reading_imports.html", files=imported_files.newest_files(session(), scope()))


@blueprint.post("/readings/imports/<int:file_id>/undo")
@access(May.CONTRACT)
def take_back(file_id: int) -> Response:
    """Undo one of them."""
    file = undo(session(), file_id, author=actor(), reason=typed_reason(), now=now(), scope=scope())
    session().commit()
    flash(_("%(file)s does not count any more. Its days are made again within a minute.", file=file.name), "success")
    return redirect(url_for("reading_files.history"))


def _sent_file() -> tuple[SentFile | None, str]:
    """The file that is chosen, or the one that was looked at; else why there is none."""
    chosen = request.files.get("file")
    if chosen is not None and chosen.filename:
        content = chosen.stream.read(FILE_MAX + 1)
        if len(content) > FILE_MAX:
            return None, _(
                "the file has more than %(size)s MB; larger ones go by energy-cloud readings import",
                size=FILE_MAX // 2**20,
            )
        return SentFile(chosen.filename.rpartition("/")[2], content, fresh=True), ""
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(request.form.get("kept", "")), FILE_MAX + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None, _("the file was lost on its way: choose it again")
    return (SentFile(request.form.get("kept_name", ""), content, fresh=False), "") if content else (None, "")


def _format(sent: SentFile) -> str:
    return request.form.get("format") or format_of(sent.content)


def _table(sent: SentFile) -> TableChoices:
    """What stands on the form; for a file that was just chosen what was chosen for its like, else a guess."""
    guess = guess_table(sent.content)
    if not sent.fresh:
        columns = tuple(request.form.get(f"column.{n}", "") for n in range(len(guess.header[:COLUMNS_MAX])))
        return TableChoices(guess, columns, {})
    typed = {
        "decimal": guess.decimal, "time_format": guess.time_format, "interval_time": guess.interval_time,
        "kind": "index", "step": "900", "unit": "", "register": "", "zone": _first_zone(),
    }  # fmt: skip
    before = table_mappings.remembered(session(), scope(), guess.header)
    columns = tuple(before.get(f"column.{n}", name) for n, name in enumerate(guess.columns[:COLUMNS_MAX]))
    return TableChoices(guess, columns, typed | {key: before[key] for key in typed if key in before})


def _first_zone() -> str:
    from cloud_service.web.clock import site_zone

    return site_zone()


def _try(sent: SentFile, form: Form, table: TableChoices | None, *, keep: bool) -> ImportOutcome:
    """Do all of it; nothing is kept unless that is wanted."""
    with at_field("file"):
        source, import_request = _import_of(sent, form, table, keep=keep)
        try:
            return import_file(engine(), source, import_request)
        except BadFileError as error:
            where = _("line %(line)s", line=error.line) if error.line else sent.name
            raise InputError(f"{where}: {error.field} {error.message}", hint=error.hint) from None


def _import_of(
    sent: SentFile, form: Form, table: TableChoices | None, *, keep: bool
) -> tuple[MeterDataFile, ImportRequest]:
    import_request = ImportRequest(
        actor(), form["reason"], form["site"], scope=scope(), dry_run=not keep,
        units={form["register"] or "import": form["unit"]} if table and form["unit"] else {},
    )  # fmt: skip
    options = FormatOptions(_mapping(form, table)) if table else FormatOptions()
    return MeterDataFile(sent.name, _format(sent), lambda: io.BytesIO(sent.content), options), import_request


def _mapping(form: Form, table: TableChoices) -> ColumnMapping:
    chosen = [(ours, theirs) for ours, theirs in zip(table.columns, table.guess.header, strict=False) if ours]
    names = [ours for ours, _theirs in chosen]
    for name in names:
        if names.count(name) > 1:
            raise InputError(_("two columns are chosen for %(name)s", name=dict(COLUMN_OPTIONS)[name]))
    constants = {key: form[key] for key in ("unit", "kind", "step", "register") if form[key] and key not in names}
    return ColumnMapping(
        columns=dict(chosen), constants=constants, zone=form["zone"], decimal=form["decimal"],
        time_format=form["time_format"], interval_time=form["interval_time"],
    )  # fmt: skip


def _remember(form: Form, table: TableChoices | None) -> None:
    if table is not None:
        field_values = {field.key: form.shown(field.key) for field in table_fields()}
        field_values |= {f"column.{n}": name for n, name in enumerate(table.columns)}
        table_mappings.remember(session(), scope(), table.guess.header, field_values, actor())


def _said(sent: SentFile, outcome: ImportOutcome) -> str:
    return _(
        "%(file)s is taken in: %(stored)s readings are new, %(unchanged)s were there, %(corrected)s correct others.",
        file=sent.name, stored=outcome.stored, unchanged=outcome.unchanged, corrected=outcome.corrected,
    )  # fmt: skip
