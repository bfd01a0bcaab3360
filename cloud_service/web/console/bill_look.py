"""The look of a company's bills: logo, colours, texts and paper, with a made-up bill beside them before it is kept."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from cloud_service.flow import document_theme
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.delivery import outgoing
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.labels import options
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import lazy_gettext as _l
from common.errors import InputError

blueprint = Blueprint("bill_look", __name__)
FRAMED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
"""The faults stand in the frame where the bill would be."""
LOGO = _l("Logo")
COLOURS = _l("Colours and paper")
WORDS = _l("Texts")
FIELDS = (
    Field("logo", _l("Logo"), "file", _l("PNG or SVG, at most 200 KB; else a plain mark."), group=LOGO),
    Field("drop_logo", _l("Go back to the plain mark"), "tick", group=LOGO),
    Field("show_name", _l("Print the company's name beside the logo"), "tick", group=LOGO),
    Field("primary", _l("Colour of headings"), "colour", group=COLOURS, required=True),
    Field("accent", _l("Second colour"), "colour", group=COLOURS, required=True),
    Field("paper", _l("Paper"), "choice", options=options("paper"), group=COLOURS),
    Field("intro", _l("Above the lines"), "lines", longest=1000, group=WORDS),
    Field("payment", _l("How to pay"), "lines", longest=1000, group=WORDS),
    Field("closing", _l("Below the sum"), "lines", longest=1000, group=WORDS),
    Field("footer", _l("At the foot of each page"), "lines", longest=1000, group=WORDS),
)  # fmt: skip


@blueprint.route("/settings/entities/<uuid:entity_public_id>/look", methods=["GET", "POST"])
@access(May.MANAGE)
def edit(entity_public_id: UUID) -> Any:
    """Change the look; bills that are made stay as they are."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    stored_theme = outgoing.theme(session(), entity.id)
    form = Form(FIELDS, _shown(stored_theme, entity))
    page = FormPage(
        _("Look of the bills of %(name)s", name=entity.name),
        (_("Settings"), url_for("settings.index")),
        _("Keep the look"),
        _("It holds for bills from now on."),
    )

    def do() -> AnyResponse:
        document_theme.set_theme(session(), entity.id, _typed(form, stored_theme, entity), author=actor())
        flash(_("Bills look like this from now on."), "success")
        return redirect(url_for("bill_look.edit", entity_public_id=entity_public_id))

    return answer(form, page, do, template="console/bill_look.html", entity=entity)


@blueprint.post("/settings/entities/<uuid:entity_public_id>/look/preview")
@access(May.MANAGE)
def preview(entity_public_id: UUID) -> Response:
    """A made-up bill in the look that was typed; nothing is kept."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    form = Form(FIELDS)
    if form.read():
        try:
            return _as_pdf(_typed(form, outgoing.theme(session(), entity.id), entity), entity)
        except InputError as error:
            form.refuse(error)
    page = render_template("console/bill_look_fault.html", faults=list(form.errors.values()))
    return Response(page, 422, FRAMED, mimetype="text/html")


@blueprint.get("/settings/entities/<uuid:entity_public_id>/look/bill.pdf")
@access(May.MANAGE)
def bill(entity_public_id: UUID) -> Response:
    """A made-up bill in the look that is kept."""
    entity = legal_entities.entity(session(), scope(), str(entity_public_id))
    return _as_pdf(outgoing.theme(session(), entity.id), entity)


def _as_pdf(theme: Mapping[str, Any], entity: LegalEntity) -> Response:
    pdf = document_theme.preview(theme, locale=entity.locale, currency=entity.currency, seller=entity.name)
    return send_file(io.BytesIO(pdf), mimetype="application/pdf", download_name="bill.pdf")


def _language(entity: LegalEntity) -> str:
    return entity.locale.partition("_")[0].partition("-")[0]


def _shown(stored_theme: Mapping[str, Any], entity: LegalEntity) -> dict[str, Any]:
    """What stands in the fields: the texts are those of the company's language."""
    theme = document_theme.theme_of(stored_theme)
    texts = {name: theme.texts.get(name, {}).get(_language(entity), "") for name in document_theme.TEXT_NAMES}
    return {
        "primary": theme.primary, "accent": theme.accent, "paper": theme.paper, "show_name": theme.show_name, **texts,
    }  # fmt: skip


def _typed(form: Form, stored_theme: Mapping[str, Any], entity: LegalEntity) -> dict[str, Any]:
    """The kept look with what was typed; texts in other languages and what this form does not show stay."""
    language, texts = _language(entity), dict(stored_theme.get("texts", {}))
    for name in document_theme.TEXT_NAMES:
        others = {key: text for key, text in texts.get(name, {}).items() if key != language}
        texts[name] = others | ({language: form[name]} if form[name] else {})
    typed = {name: form[name] for name in ("primary", "accent", "paper", "show_name")}
    look = {**stored_theme, **typed, "texts": {name: by_language for name, by_language in texts.items() if by_language}}
    if form["logo"] is not None:
        look["logo_svg"] = document_theme.logo_drawing(form["logo"].stream.read(document_theme.LOGO_BYTES + 1))
    elif form["drop_logo"]:
        look.pop("logo_svg", None)
    return look
