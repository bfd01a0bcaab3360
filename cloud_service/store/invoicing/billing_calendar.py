"""Whether an entity's runs are planned by themselves, how long after a cycle's end, and who lets them issue."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.outliers import OutlierLimits

USUAL_LIMITS = OutlierLimits()


@dataclass(frozen=True, slots=True)
class BillingCalendar:
    """The billing calendar of a legal entity; `since` is the first day whose cycles it takes up."""

    automatic: bool = False
    since: date | None = None
    after_days: int = 2  # between the end of a cycle and its run, for readings that come late
    approval: str = "person"  # or itself: what is not far from the period before is issued without being asked
    last_days: int | None = (
        None  # after the end of a cycle: longer nobody waits for readings; None: as long as it takes
    )
    incomplete: str = "person"  # what lacks readings on the last day waits for one, or estimate: by the rule that fits
    confirm_estimates: bool = True  # a person confirms those before anything of the run is issued
    limits: OutlierLimits = USUAL_LIMITS
    advances: bool = False  # bills in advance are issued by themselves on their days

    @property
    def estimates(self) -> bool:
        """Whether gaps are estimated on the last day."""
        return self.automatic and self.incomplete == "estimate" and self.last_days is not None


@dataclass(frozen=True, slots=True)
class EntityCalendar:
    """An entity whose runs are planned by themselves; its days are those of its zone."""

    entity_id: int
    timezone: str
    calendar: BillingCalendar


GET = text(
    """
    SELECT automatic, since, after_days, approval, last_days, incomplete, confirm_estimates, outlier_times,
           outlier_small, advances
      FROM billing_calendar
     WHERE legal_entity_id = :entity
    """
)
SET = text(
    """
    INSERT INTO billing_calendar (legal_entity_id, automatic, since, after_days, approval, last_days, incomplete,
           confirm_estimates, outlier_times, outlier_small, advances)
    VALUES (:entity, :automatic, :since, :after_days, :approval, :last_days, :incomplete, :confirm_estimates, :times,
            :small, :advances)
    ON CONFLICT (legal_entity_id) DO UPDATE
       SET automatic = :automatic, since = :since, after_days = :after_days, approval = :approval,
           last_days = :last_days, incomplete = :incomplete, confirm_estimates = :confirm_estimates,
           outlier_times = :times, outlier_small = :small, advances = :advances
    """
)
AUTOMATIC = text(
    """
    SELECT b.legal_entity_id, e.timezone, b.automatic, b.since, b.after_days, b.approval, b.last_days, b.incomplete,
           b.confirm_estimates, b.outlier_times, b.outlier_small, b.advances
      FROM billing_calendar b
      JOIN legal_entity e ON e.id = b.legal_entity_id
     WHERE (:advances AND b.advances) OR (NOT :advances AND b.automatic)
     ORDER BY e.id
    """
)
UNTOUCHED = text(
    """
    SELECT due.id, due.start, due.until
      FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) AS due(id, start, until)
     WHERE NOT EXISTS (SELECT 1 FROM billing_item b
                         JOIN billing_run r ON r.id = b.billing_run_id
                        WHERE b.contract_id = due.id AND b.during && daterange(due.start, due.until)
                          AND (b.state = 'parked' OR (b.state = 'cancelled' AND NOT r.dry_run)))
     ORDER BY due.id
    """
)


def calendar_of(session: Session, entity_id: int) -> BillingCalendar:
    """The calendar of an entity; by hand where nothing was said."""
    row = session.execute(GET, {"entity": entity_id}).one_or_none()
    return _calendar(row) if row is not None else BillingCalendar()


def _calendar(row: Any) -> BillingCalendar:
    return BillingCalendar(
        row.automatic, row.since, row.after_days, row.approval, row.last_days, row.incomplete, row.confirm_estimates,
        OutlierLimits(row.outlier_times, row.outlier_small), row.advances,
    )  # fmt: skip


def set_calendar(session: Session, entity_id: int, calendar: BillingCalendar) -> None:
    """Write all of it anew."""
    values = {name: value for name, value in asdict(calendar).items() if name != "limits"}
    session.execute(SET, {"entity": entity_id, **values, **asdict(calendar.limits)})


def automatic_calendars(session: Session) -> list[EntityCalendar]:
    """The entities whose runs are planned by themselves."""
    return _calendars(session, advances=False)


def advancing_calendars(session: Session) -> list[EntityCalendar]:
    """The entities whose bills in advance are issued by themselves."""
    return _calendars(session, advances=True)


def _calendars(session: Session, *, advances: bool) -> list[EntityCalendar]:
    rows = session.execute(AUTOMATIC, {"advances": advances})
    return [EntityCalendar(row.legal_entity_id, row.timezone, _calendar(row)) for row in rows]


def untouched(session: Session, due: list[tuple[int, tuple[date, date]]]) -> list[int]:
    """Of contracts with their days: whose days no run has parked and nobody has given up; those wait for a person."""
    values = {
        "ids": [contract for contract, _days in due],
        "starts": [days[0] for _contract, days in due],
        "ends": [days[1] for _contract, days in due],
    }
    return [row.id for row in session.execute(UNTOUCHED, values)]
