"""The end of a connection: moving out with the last index, another day, staying after all, the final bill at once."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from cloud_service.domain.customers.postal_address import PARTS
from cloud_service.domain.metering.expected_index import ReadingDoubt
from cloud_service.flow import billing_run
from cloud_service.flow.customers import contract as flow
from cloud_service.flow.customers.client import ClientDetails, edit_client
from cloud_service.flow.metering import enter_reading
from cloud_service.flow.metering.enter_reading import ManualReading
from cloud_service.store.customers import contract_changes
from cloud_service.store.lookups.connection_surroundings import LastIndex, last_indexes
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.address_fields import address_fields, address_values, typed_address
from cloud_service.web.console.customers.connection_fields import connection_page, index_hint
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, answer, say_next
from cloud_service.web.language.labels import LABELS
from cloud_service.web.language.sentences import gettext as _
from common.errors import ConflictError, InputError
from common.period import Span, day_start

blueprint = Blueprint("connection_ends", __name__, url_prefix="/connections/<uuid:public_id>")
SHARDS = 2
ONE_DAY = timedelta(days=1)


@blueprint.route("/move-out", methods=["GET", "POST"])
@access(May.CONTRACT)
def move_out(public_id: UUID) -> Any:
    """The tenant leaves: the day, what the meter showed, where the final bill goes."""
    connection = connection_of(session(), scope(), public_id)
    indexes = last_indexes(session(), connection.point.id, now())
    form = Form(
        _leaving_fields(connection, indexes),
        {"day": today(), "email": connection.client.email, **address_values(connection.client)},
    )
    page = connection_page(
        connection,
        _("Move out of %(point)s", point=connection.point.name),
        _("End the connection"),
        _("The next billing run makes the final bill, or you at once."),
    )

    def do() -> Response:
        vacant = flow.move_out(session(), connection.contract.id, form["day"], author=actor(), reason=form["reason"])
        _store_last_indexes(form, connection, indexes)
        _change_address(form, connection)
        said = _("%(number)s ends on %(day)s.", number=connection.contract.number, day=form["day"])
        if vacant is not None:
            said += " " + _("The owner's account pays from then on.")
        say_next(said, url_for("connection_ends.final_bill", public_id=public_id), _("Make the final bill"))
        return redirect(page.back[1])

    return answer(form, page, do)


def _leaving_fields(connection: Connection, indexes: list[LastIndex]) -> tuple[Field, ...]:
    reading, letters = _("Final reading"), _("Where the final bill goes")
    timezone = connection.site.timezone
    sure = (Field("sure", _("The indexes are right although they are odd"), "tick", group=reading),)
    return (
        Field("day", _("First day without it"), "date", required=True),
        *(
            Field(
                f"closing.{index.register}",
                _("Index of %(register)s of %(meter)s, %(unit)s", register=index.register, meter=index.meter,
                  unit=index.unit),
                "amount",
                index_hint(index, timezone),
                group=reading,
            )
            for index in indexes
        ),
        *(sure if request.form.get("sure") else ()),
        *address_fields(letters, connection.client),
        Field("email", _("E-mail"), "email", group=letters),
        REASON_BELOW,
    )  # fmt: skip


def _store_last_indexes(form: Form, connection: Connection, indexes: list[LastIndex]) -> None:
    """What was read when the tenant left, at the first instant of the day; what is odd needs a word."""
    at = day_start(form["day"], connection.site.timezone)
    for index in indexes:
        path = f"closing.{index.register}"
        value: Decimal | None = form[path]
        if value is None:
            continue
        if at > now():
            raise InputError(
                _("a reading cannot be of a day to come"), path=path, hint=_("leave it empty, read it then")
            )
        reason = form["reason"] or _("Moved out")
        entry = ManualReading(index.meter, index.register, at, value, actor(), reason)
        doubts = enter_reading.check(session(), entry, now()).doubts
        if doubts and not form.values.get("sure"):
            form.fields = (*form.fields, Field("sure", _("The indexes are right although they are odd"), "tick"))
            raise ConflictError(_in_words(doubts), path=path)
        enter_reading.store(session(), entry, now())


def _in_words(doubts: Sequence[ReadingDoubt]) -> str:
    return "; ".join(str(LABELS["reading_doubt"][doubt]) for doubt in doubts)


def _change_address(form: Form, connection: Connection) -> None:
    client = connection.client
    before = ClientDetails(**{column.name: getattr(client, column.name) for column in fields(ClientDetails)})
    address = typed_address(form) if any(form[field] for field in PARTS) else {}
    after = replace(before, email=form["email"] or before.email, **address)
    if after != before:
        edit_client(session(), client.id, after, author=actor(), reason=form["reason"] or _("Moved out"))


@blueprint.route("/end", methods=["GET", "POST"])
@access(May.CONTRACT)
def change_end(public_id: UUID) -> Any:
    """The tenant leaves on another day than was entered, or stays."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (
            Field("day", _("First day without it"), "date", _("It was %(day)s.", day=connection.contract.during.upper)),
            Field("stays", _("Nobody moves out: the connection goes on"), "tick"),
            REASON_BELOW,
        ),
        {"day": connection.contract.during.upper},
    )
    page = connection_page(
        connection,
        _("Another day for the move-out of %(number)s", number=connection.contract.number),
        _("Change it"),
        _("The owner's days are moved along. Days that are billed need a credit note first."),
    )

    def do() -> Response:
        if not form["stays"] and form["day"] is None:
            raise InputError(_("fill this in"), path="day")
        day = None if form["stays"] else form["day"]
        flow.change_end(session(), connection.contract.id, day, author=actor(), reason=form["reason"])
        said = (
            _("%(number)s goes on.", number=connection.contract.number)
            if day is None
            else _("%(number)s ends on %(day)s.", number=connection.contract.number, day=day)
        )
        say_next(said, url_for("points.show", public_id=connection.point.public_id), _("Who lives there"))
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/final-bill", methods=["GET", "POST"])
@access(May.BILL)
def final_bill(public_id: UUID) -> Any:
    """The final bill of an ended connection at once, by a billing run of its own."""
    connection = connection_of(session(), scope(), public_id)
    number = connection.contract.number
    form = Form((Field("bill_date", _("Bill date"), "date", required=True),), {"bill_date": today()})
    page = connection_page(
        connection, _("Final bill of %(number)s", number=number), _("Rate it"), _("You see it before it is issued."),
    )  # fmt: skip

    def do() -> Response:
        planned = billing_run.plan(
            session(),
            billing_run.RunPlan(
                connection.site.legal_entity_id, _unbilled_span(connection), form["bill_date"], actor(),
                contract_ids=[connection.contract.id],
            ),
        )  # fmt: skip
        billing_run.start(session(), planned.id, "rate", shards=SHARDS, author=actor())
        return redirect(url_for("runs.show", public_id=planned.public_id))

    return answer(form, page, do)


def _unbilled_span(connection: Connection) -> Span:
    """The days up to the end that no bill has; refused where there are none."""
    during = connection.contract.during
    if during.upper is None:
        raise ConflictError(_("the connection has no end yet"), hint=_("move the tenant out first"))
    start = contract_changes.billed_until(session(), connection.contract.id) or during.lower
    if start is None or start >= during.upper:
        raise ConflictError(_("all days up to %(day)s are billed", day=during.upper))
    return Span(start, during.upper)
