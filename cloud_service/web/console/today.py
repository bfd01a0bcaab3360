"""Today: what waits for a person, one button each; what happened lately; what comes next by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Blueprint, render_template, url_for

from cloud_service.flow import remind
from cloud_service.store.batches import batches
from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.invoicing import billing_calendar
from cloud_service.store.invoicing.advances import bills
from cloud_service.store.lookups import dashboard, waiting_work
from cloud_service.store.lookups.unbilled_month import unbilled_months
from cloud_service.store.lookups.unchecked_addresses import unchecked_addresses
from cloud_service.store.metering.validation.register_faults import faults
from cloud_service.store.receivables.odd_events import odd_events
from cloud_service.web.access import May, access, actor, allowed, scope
from cloud_service.web.clock import now, site_zone, today
from cloud_service.web.console.dashboard import happening
from cloud_service.web.console.own_work import RanJob, comes_next, ran_lately, who_may
from cloud_service.web.console.setup import checklist
from cloud_service.web.database import session
from cloud_service.web.language.formatting import month
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from cloud_service.web.lists.offers import OFFERS

blueprint = Blueprint("today", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits: what, how much, the button that leads on; `icon=` lets `deploy/vendor.py` find its name."""

    icon: str
    tone: str
    title: str
    detail: str
    button: str
    href: str
    needs: May
    amounts: tuple[tuple[str, Decimal], ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NextRun:
    """What the billing calendar of an entity will do."""

    entity: LegalEntity
    calendar: billing_calendar.BillingCalendar


@blueprint.get("/today")
@access(May.READ)
def index() -> str:
    """The page; what is done vanishes from it, for it is told by the data."""
    entities = legal_entities.entities(session(), scope())
    ids = [entity.id for entity in entities]
    able = allowed()
    ran = ran_lately(entities)
    waiting = [
        *_stuck(ran),
        *_setting_up(entities),
        *_unbilled_month(ids),
        *_runs(ids),
        *_batches(),
        *_money(ids),
        *_provider_money(),
        *_reminders(ids),
        *_troubles(ids),
        *_addresses(ids),
    ]
    return render_template(
        "console/today.html",
        mine=[work for work in waiting if work.needs in able],
        others=[work for work in waiting if work.needs not in able],
        events=[happening(row) for row in dashboard.latest(session(), ids, now(), rows=8)],
        who=who_may(ids),
        ran=ran,
        stuck=[job for job in ran if job.fault],
        next_jobs=comes_next(entities),
        several=len(entities) > 1,
        next_runs=[NextRun(entity, billing_calendar.calendar_of(session(), entity.id)) for entity in entities],
        tomorrow=today() + timedelta(days=1),
        zone=site_zone(),
    )


def _stuck(ran: list[RanJob]) -> Iterator[Waiting]:
    """What could not be done by itself; it is tried again each hour."""
    for job in ran:
        if job.fault:
            yield Waiting(
                icon="alert-triangle", tone="danger", needs=May.MANAGE, title=job.title, href=job.href,
                detail=_("%(company)s: %(reason)s", company=job.company, reason=job.fault), button=_("Look and mend"),
                since=job.at,
            )  # fmt: skip


def _setting_up(entities: list[LegalEntity]) -> Iterator[Waiting]:
    """The next step of the first hour of each entity that has not been paid yet, or how to begin."""
    if not entities:
        yield Waiting(
            icon="address-book", tone="info", needs=May.MANAGE, title=_("Begin with your company"),
            detail=_("bills are issued by it; everything else follows step by step"), button=_("Begin"),
            href=url_for("setup.index"),
        )  # fmt: skip
    for steps in (checklist(entity) for entity in entities):
        if not steps.over and steps.next is not None:
            yield Waiting(
                icon="circle-check", tone="info", needs=May.READ,
                title=_("Set up %(name)s", name=steps.entity.name),
                detail=_("%(done)s of %(all)s done; next: %(step)s", done=steps.done, all=len(steps.steps),
                         step=steps.next.title),
                button=_("Go on"), href=url_for("setup.index", entity=steps.entity.public_id),
            )  # fmt: skip


def _unbilled_month(ids: list[int]) -> Iterator[Waiting]:
    """The month that is over, where nobody has begun to bill it and no calendar will."""
    last_day = today().replace(day=1) - timedelta(days=1)
    for unbilled in unbilled_months(session(), [id_ for id_ in ids if not _bills_itself(id_, last_day)], last_day):
        yield Waiting(
            icon="player-play", tone="info", needs=May.BILL, href=url_for("runs.new", entity=unbilled.public_id),
            title=_("%(month)s is not billed", month=month(last_day, "MMMM yyyy")),
            detail=ngettext("%(num)s connection of %(name)s", "%(num)s connections of %(name)s", unbilled.connections,
                            name=unbilled.name),
            button=_("Run billing"),
        )  # fmt: skip


def _bills_itself(entity_id: int, day: date) -> bool:
    calendar = billing_calendar.calendar_of(session(), entity_id)
    return calendar.automatic and calendar.since is not None and calendar.since <= day


def _runs(ids: list[int]) -> Iterator[Waiting]:
    for run in waiting_work.waiting_runs(session(), ids):
        href = url_for("runs.show", public_id=run.public_id)
        if run.state == "rated" and run.rated:
            yield Waiting(
                icon="file-invoice", tone="info", needs=May.APPROVE, href=href, since=run.created_at,
                title=_("Billing run %(name)s, %(entity)s", name=run.name, entity=run.entity),
                detail=ngettext("%(num)s bill rated, %(parked)s parked", "%(num)s bills rated, %(parked)s parked",
                                run.rated, parked=run.parked),
                button=_("Review and approve"),
            )  # fmt: skip
        elif run.parked:
            yield Waiting(
                icon="alert-triangle", tone="warning", needs=May.BILL, href=href,
                title=ngettext("%(num)s connection could not be billed", "%(num)s connections could not be billed",
                               run.parked),
                detail=_("Run %(name)s, %(entity)s; each says why", name=run.name, entity=run.entity),
                button=ngettext("Look at %(num)s connection", "Look at %(num)s connections", run.parked),
            )  # fmt: skip


def _batches() -> Iterator[Waiting]:
    """Actions on many rows that another person has asked for."""
    for batch in batches.waiting_for(session(), scope(), actor()):
        rows = batches.counts(session(), batch.id).ready
        offer = next((offer for offer in OFFERS[batch.page].offers if offer.action == batch.action), None)
        if offer is not None:
            yield Waiting(
                icon="circle-check", tone="info", needs=May.APPROVE, button=_("Review and approve"),
                title=ngettext("%(what)s: %(num)s row", "%(what)s: %(num)s rows", rows, what=offer.label),
                detail=_("asked for by %(person)s", person=batch.author),
                href=url_for("batches.show", public_id=batch.public_id),
            )  # fmt: skip


def _money(ids: list[int]) -> Iterator[Waiting]:
    free = waiting_work.free_money(session(), ids, now())
    count = sum(money.payments for money in free)
    if count:
        yield Waiting(
            icon="cash", tone="info", needs=May.COLLECT, href=url_for("payments.index"),
            title=ngettext("%(num)s payment lies on no bill", "%(num)s payments lie on no bill", count),
            detail=_("wholly or in part; it waits as the client's credit"), button=_("Look at payments"),
            amounts=tuple((money.currency, money.amount) for money in free),
        )  # fmt: skip


def _provider_money() -> Iterator[Waiting]:
    events = odd_events(session(), scope())
    if not events:
        return
    sums: dict[str, Decimal] = {}
    for event in events:
        if event.amount is not None:
            sums[event.currency] = sums.get(event.currency, Decimal(0)) + event.amount
    yield Waiting(
        icon="cash", tone="warning", needs=May.COLLECT, href=url_for("provider_money.index"),
        title=ngettext("%(num)s thing that the payment company told is not booked",
                       "%(num)s things that the payment company told are not booked", len(events)),
        detail=_("failed refunds, won disputes, money of nobody known"), button=_("Look at them"),
        amounts=tuple(sorted(sums.items())),
    )  # fmt: skip


def _reminders(ids: list[int]) -> Iterator[Waiting]:
    letters = [letter for entity in ids for letter in remind.due_by_account(session(), today(), entity)]
    if not letters:
        return
    sums: dict[str, Decimal] = {}
    for step in (step for letter in letters for step in letter):
        sums[step.invoice.currency] = sums.get(step.invoice.currency, Decimal(0)) + step.invoice.left
    oldest = max((today() - step.invoice.due_date).days for letter in letters for step in letter)
    yield Waiting(
        icon="send", tone="info", needs=May.COLLECT, href=url_for("dunning.index"), amounts=tuple(sorted(sums.items())),
        title=ngettext("%(num)s reminder is due", "%(num)s reminders are due", len(letters)),
        detail=ngettext("the oldest bill is overdue for %(num)s day", "the oldest bill is overdue for %(num)s days",
                        oldest),
        button=ngettext("Look at %(num)s letter", "Look at %(num)s letters", len(letters)),
    )  # fmt: skip


def _troubles(ids: list[int]) -> Iterator[Waiting]:
    """What the support desk mends."""
    counts = waiting_work.waiting_counts(session(), ids, now())
    desk = url_for("support.desk")
    if counts.lost_letters:
        yield Waiting(
            icon="mail-x", tone="danger", needs=May.DIAGNOSE, href=desk, button=_("Correct addresses"),
            title=ngettext("%(num)s letter did not arrive", "%(num)s letters did not arrive", counts.lost_letters),
            detail=_("refused or bounced in the last 30 days"),
        )  # fmt: skip
    if counts.silent_gateways:
        yield Waiting(
            icon="router", tone="danger", needs=May.DIAGNOSE, href=url_for("gateways.index", state="offline"),
            title=ngettext("%(num)s gateway is offline", "%(num)s gateways are offline", counts.silent_gateways),
            detail=_("it keeps its readings and sends them later"), button=_("Look at gateways"),
        )  # fmt: skip
    if counts.late_meters:
        yield Waiting(
            icon="database", tone="warning", needs=May.DIAGNOSE, href=desk, button=_("Look at meters"),
            title=ngettext("%(num)s meter has no readings for more than two days",
                           "%(num)s meters have no readings for more than two days", counts.late_meters),
            detail=_("a bill needs the readings of all its days"),
        )  # fmt: skip
    if aside := [fault for fault in faults(session(), ids) if fault.next_at is None]:
        yield Waiting(
            icon="alert-triangle", tone="danger", needs=May.CONTRACT, href=url_for("put_aside.index"),
            title=ngettext("The days of %(num)s counter could not be made",
                           "The days of %(num)s counters could not be made", len(aside)),
            detail=_("each says why; it is not tried any more by itself"), button=_("Look and mend"),
            since=min(fault.first_at for fault in aside),
        )  # fmt: skip
    if unissued := bills.faults(session(), ids):
        yield Waiting(
            icon="wallet", tone="warning", needs=May.BILL, href=url_for("advances.index"),
            title=ngettext("%(num)s connection could not be billed in advance",
                           "%(num)s connections could not be billed in advance", unissued.contracts),
            detail=_("why stands beside each"), button=_("Look and mend"), since=unissued.since,
        )  # fmt: skip
    if counts.refused_readings:
        yield Waiting(
            icon="database", tone="warning", needs=May.DIAGNOSE, href=desk, button=_("Look at readings"),
            title=ngettext("%(num)s reading was not believable", "%(num)s readings were not believable",
                           counts.refused_readings),
            detail=_("kept aside; nothing is billed by it"),
        )  # fmt: skip


def _addresses(ids: list[int]) -> Iterator[Waiting]:
    """Fields that were read from a text: e-invoices take them."""
    unchecked = unchecked_addresses(session(), ids)
    if unchecked.clients:
        yield Waiting(
            icon="users", tone="info", needs=May.CONTRACT, href=url_for("clients.index", address="read"),
            title=ngettext("The address of %(num)s client was read from a text",
                           "The addresses of %(num)s clients were read from a text", unchecked.clients),
            detail=_("nobody checked the fields yet"), button=_("Look and confirm"),
        )  # fmt: skip
    if others := unchecked.companies + unchecked.sites:
        yield Waiting(
            icon="settings", tone="info", needs=May.MANAGE, href=url_for("settings.index"),
            title=ngettext("%(num)s address of a company or site was read from a text",
                           "%(num)s addresses of companies and sites were read from a text", others),
            detail=_("nobody checked the fields yet"), button=_("Look at them"),
        )  # fmt: skip
