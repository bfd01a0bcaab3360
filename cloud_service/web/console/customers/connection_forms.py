"""Forms of connections: moving out, another payer, another tariff, another meter."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from cloud_service.flow import contract as flow
from cloud_service.store.customers import clients, contract_changes
from cloud_service.store.lookups.customers import Connection
from cloud_service.store.lookups.customers import connection as connection_of
from cloud_service.store.lookups.ids_by_name import account_id, meter_id, tariff_id
from cloud_service.store.metering import sites_and_meters
from cloud_service.store.scope import Scope
from cloud_service.store.tariffs import published
from cloud_service.web.access import May, access, actor, scope
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.forms import Field, Form, FormPage, answer
from common.errors import InputError
from common.period import zone

blueprint = Blueprint("connection_forms", __name__)
REASON = Field("reason", "Why", hint="Kept in the audit log.", group="Audit log")


def account_field(label: str, group: str = "") -> Field:
    """Which account, of those the reader may know of."""
    options = clients.account_names(session(), scope())
    return Field("account", label, hint="Account number.", required=True, options=options, group=group)


def tariff_field(label: str, group: str = "") -> Field:
    """Which tariff."""
    return Field("tariff", label, "choice", options=published.names(session(), scope()), required=True, group=group)


def thousandths(value: Decimal, path: str) -> int:
    """An index in the register's unit, as the whole number that is kept."""
    shifted = value.scaleb(3)
    if shifted != shifted.to_integral_value() or value < 0:
        raise InputError(f"{value} is not an index", path=path, hint="at most three decimals, not below 0")
    return int(shifted)


def _page(connection: Connection, title: str, submit: str, note: str = "") -> FormPage:
    back = url_for("connections.show", public_id=connection.contract.public_id)
    return FormPage(title, (f"{connection.contract.number} · {connection.client.name}", back), submit, note)


@blueprint.route("/connections/<uuid:public_id>/move-out", methods=["GET", "POST"])
@access(May.CONTRACT)
def move_out(public_id: UUID) -> Any:
    """The tenant leaves."""
    connection = connection_of(session(), scope(), public_id)
    form = Form((Field("day", "First day without it", "date", required=True), REASON), {"day": today()})
    page = _page(
        connection,
        f"Move out of {connection.point.name}",
        "End the connection",
        "The next billing run makes the final bill.",
    )

    def do() -> Response:
        vacant = flow.move_out(session(), connection.contract.id, form["day"], author=actor(), reason=form["reason"])
        after = " The owner's account pays from then on." if vacant is not None else ""
        flash(
            f"{connection.contract.number} ends on {form['day']}; the next billing run makes the final bill.{after}",
            "success",
        )
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/owner", methods=["GET", "POST"])
@access(May.CONTRACT)
def owner(public_id: UUID) -> Any:
    """Another account pays."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (account_field("Who pays from then on"), Field("day", "From", "date", required=True), REASON), {"day": today()}
    )
    page = _page(
        connection, f"Another payer for {connection.point.name}", "Change the payer", "The point and the tariff stay."
    )

    def do() -> Response:
        payer = account_id(session(), form["account"], scope())
        flow.change_owner(
            session(),
            connection.contract.id,
            payer,
            form["day"],
            author=actor(),
            reason=form["reason"] or "another payer",
        )
        flash(f"{form['account']} pays from {form['day']} on, under a connection of its own.", "success")
        return redirect(url_for("connections.index", q=connection.contract.number))

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/tariff", methods=["GET", "POST"])
@access(May.CONTRACT)
def tariff(public_id: UUID) -> Any:
    """Another tariff."""
    connection = connection_of(session(), scope(), public_id)
    form = Form(
        (tariff_field("Tariff from then on"), Field("day", "From", "date", required=True), REASON), {"day": today()}
    )
    page = _page(
        connection, f"Another tariff for {connection.contract.number}", "Change the tariff", "Billed days keep theirs."
    )

    def do() -> Response:
        seller_scope = Scope(entities=frozenset({connection.site.legal_entity_id}))
        next_tariff = tariff_id(session(), form["tariff"], seller_scope)
        flow.change_tariff(
            session(),
            connection.contract.id,
            next_tariff,
            form["day"],
            author=actor(),
            reason=form["reason"] or "asked for",
        )
        flash(f"{form['tariff']} counts from {form['day']} on.", "success")
        return redirect(page.back[1])

    return answer(form, page, do)


@blueprint.route("/connections/<uuid:public_id>/meter", methods=["GET", "POST"])
@access(May.CONTRACT)
def exchange(public_id: UUID) -> Any:
    """A meter goes, another comes."""
    connection = connection_of(session(), scope(), public_id)
    old = contract_changes.mounted_meter(session(), connection.point.id, now())
    names = sorted(contract_changes.index_registers(session(), old.meter_id)) if old else []
    form = Form(
        (
            Field("at", f"When, in {connection.site.timezone}", "moment", required=True),
            *(
                Field(f"closing.{name}", f"Final index of {name}", "amount", required=True, group="The meter that goes")
                for name in names
            ),
            Field(
                "meter", "Meter", hint="Name or serial of a known one.", required=True,
                options=sites_and_meters.free_meters(session()), group="The meter that comes",
            ),
            *(
                Field(f"opening.{name}", f"First index of {name}", "amount", group="The meter that comes")
                for name in names
            ),
            Field("multiplier", "Multiplier", "amount", "CT × VT of the new mount.", group="The meter that comes"),
            REASON,
        ),
        {
            "multiplier": Decimal(1),
            "at": now().astimezone(zone(connection.site.timezone)).strftime("%Y-%m-%dT%H:%M"),
        },
    )  # fmt: skip
    page = _page(
        connection, f"Exchange the meter at {connection.point.name}", "Exchange", "Both are billed, nothing twice."
    )

    def do() -> Response:
        new_meter = flow.MeterExchange(
            connection.point.id, meter_id(session(), form["meter"], scope()),
            _instant(form["at"], connection.site.timezone),
            {name: thousandths(form[f"closing.{name}"], f"closing.{name}") for name in names},
            {
                name: thousandths(form[f"opening.{name}"], f"opening.{name}")
                for name in names
                if form[f"opening.{name}"] is not None
            },
            form["multiplier"] or Decimal(1),
        )  # fmt: skip
        flow.exchange_meter(session(), new_meter, author=actor(), reason=form["reason"])
        flash(f"Meter {form['meter']} hangs at {connection.point.name}.", "success")
        return redirect(page.back[1])

    return answer(form, page, do)


def _instant(wall: datetime, timezone: str) -> datetime:
    return wall.replace(tzinfo=zone(timezone))
