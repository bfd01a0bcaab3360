"""Forms of connections: moving out, another payer, another tariff, another meter."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow.customers import contract as flow
from cloud_service.store.customers import clients, contract_changes
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.store.lookups.ids_by_name import account_id, meter_id, tariff_id
from cloud_service.store.metering import sites_and_meters
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs import published
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.console.shared_fields import REASON_BELOW
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError
from common.period import zone

blueprint = Blueprint("connection_forms", __name__)


def account_field(label: str, group: str = "") -> Field:
    """Which account, of those the reader may know of."""
    options = clients.account_names(session(), scope())
    return Field("account", label, hint=_("Account number."), required=True, options=options, group=group)


def tariff_field(label: str, group: str = "") -> Field:
    """Which tariff."""
    return Field("tariff", label, "choice", options=published.names(session(), scope()), required=True, group=group)


def thousandths(value: Decimal, path: str) -> int:
    """An index in the register's unit, as the whole number that is kept."""
    shifted = value.scaleb(3)
    if shifted != shifted.to_integral_value() or value < 0:
        raise InputError(
            _("%(value)s is not an index", value=value), path=path, hint=_("at most three decimals, not below 0")
        )
    return int(shifted)


def _page(connection: Connection, title: str, submit: str, note: str = "") -> FormPage:
    back = url_for("connections.show", public_id=connection.contract.public_id)
    return FormPage(title, (f"{connection.contract.number} · {connection.client.name}", back), submit, note)


@blueprint.route("/connections/<uuid:public_id>/move-out", methods=["GET", "POST"])
@access(May.CONTRACT)
def move_out(public_id: UUID) -> Any:
    """The tenant leaves."""
    connection = connection_of(session(), scope(), public_id)
    form = Form((Field("day", _("First day without it"), "date", required=True), REASON_BELOW), {"day": today()})
    page = _page(
        connection,
        _("Move out of %(point)s", point=connection.point.name),
        _("End the connection"),
        _("The next billing run makes the final bill."),
    )

    def do() -> Response:
        vacant = flow.move_out(session(), connection.contract.id, form["day"], author=actor(), reason=form["reason"])
        message = _(
            "%(number)s ends on %(day)s; the next billing run makes the final bill.",
            number=connection.contract.number, day=form["day"],
        )  # fmt: skip
        if vacant is not None:
            message += " " + _("The owner's account pays from then on.")
        flash(message, "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/owner", methods=["GET", "POST"])
@access(May.CONTRACT)
def owner(public_id: UUID) -> Any:
    """Another account pays."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (account_field(_("Who pays from then on")), Field("day", _("From"), "date", required=True), REASON_BELOW),
        {"day": today()},
    )
    page = _page(
        connection,
        _("Another payer for %(point)s", point=connection.point.name),
        _("Change the payer"),
        _("The point and the tariff stay."),
    )

    def do() -> Response:
        payer = account_id(session(), form["account"], scope())
        flow.change_owner(
            session(), connection.contract.id, payer, form["day"], author=actor(),
            reason=form["reason"] or "another payer",
        )  # fmt: skip
        message = _(
            "%(account)s pays from %(day)s on, under a connection of its own.",
            account=form["account"], day=form["day"],
        )  # fmt: skip
        flash(message, "success")
        return redirect(url_for("connections.index", q=connection.contract.number))

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/tariff", methods=["GET", "POST"])
@access(May.CONTRACT)
def tariff(public_id: UUID) -> Any:
    """Another tariff."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (tariff_field(_("Tariff from then on")), Field("day", _("From"), "date", required=True), REASON_BELOW),
        {"day": today()},
    )
    page = _page(
        connection,
        _("Another tariff for %(number)s", number=connection.contract.number),
        _("Change the tariff"),
        _("Billed days keep theirs."),
    )

    def do() -> Response:
        seller_scope = Scope(entities=frozenset({connection.site.legal_entity_id}))
        next_tariff = tariff_id(session(), form["tariff"], seller_scope)
        flow.change_tariff(
            session(), connection.contract.id, next_tariff, form["day"], author=actor(),
            reason=form["reason"] or "asked for",
        )  # fmt: skip
        flash(_("%(tariff)s counts from %(day)s on.", tariff=form["tariff"], day=form["day"]), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/meter", methods=["GET", "POST"])
@access(May.CONTRACT)
def exchange(public_id: UUID) -> Any:
    """A meter goes, another comes."""
    connection = connection_of(session(), scope(), public_id)
    old = contract_changes.mounted_meter(session(), connection.point.id, now())
    names = sorted(contract_changes.index_registers(session(), old.meter_id)) if old else []
    local_now = now().astimezone(zone(connection.site.timezone))
    form = Form(
        _exchange_fields(connection.site.timezone, names),
        {"multiplier": Decimal(1), "at": f"{local_now:%Y-%m-%dT%H:%M}"},
    )
    page = _page(
        connection,
        _("Exchange the meter at %(point)s", point=connection.point.name),
        _("Exchange"),
        _("Both are billed, nothing twice."),
    )

    def do() -> Response:
        flow.exchange_meter(session(), _meter_exchange(form, connection, names), author=actor(), reason=form["reason"])
        flash(_("Meter %(meter)s hangs at %(point)s.", meter=form["meter"], point=connection.point.name), "success")
        return redirect(page.back[1])

    return answer(form, page, do)


def _exchange_fields(timezone: str, registers: list[str]) -> tuple[Field, ...]:
    """When, the last index of each register of the old meter, and the new one with its first index."""
    old, new = _("The meter that goes"), _("The meter that comes")
    return (
        Field("at", _("When, in %(timezone)s", timezone=timezone), "moment", required=True),
        *(
            Field(f"closing.{name}", _("Final index of %(register)s", register=name), "amount", "", True, group=old)
            for name in registers
        ),
        Field(
            "meter", _("Meter"), hint=_("Name or serial of a known one."), required=True,
            options=sites_and_meters.free_meters(session()), group=new,
        ),
        *(
            Field(f"opening.{name}", _("First index of %(register)s", register=name), "amount", group=new)
            for name in registers
        ),
        Field("multiplier", _("Multiplier"), "amount", _("CT × VT of the new mount."), group=new),
        REASON_BELOW,
    )  # fmt: skip


def _meter_exchange(form: Form, connection: Connection, registers: list[str]) -> flow.MeterExchange:
    """What was typed: indexes in thousandths of each register's unit, the moment in the site's zone."""
    new_meter = meter_id(session(), form["meter"], scope())
    opening = {name: form[f"opening.{name}"] for name in registers if form[f"opening.{name}"] is not None}
    return flow.MeterExchange(
        connection.point.id,
        new_meter,
        _instant(form["at"], connection.site.timezone),
        {name: thousandths(form[f"closing.{name}"], f"closing.{name}") for name in registers},
        {_name_at(new_meter, name): thousandths(index, f"opening.{name}") for name, index in opening.items()},
        form["multiplier"] or Decimal(1),
    )


def _name_at(meter: int, register: str) -> str:
    """How the new meter calls a register of the old one: the same, or as its only one is called."""
    names = contract_changes.index_registers(session(), meter)
    return next(iter(names)) if register not in names and len(names) == 1 else register


def _instant(wall: datetime, timezone: str) -> datetime:
    return wall.replace(tzinfo=zone(timezone))
