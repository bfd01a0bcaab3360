"""Orders for gateways to disconnect and reconnect: queued with their reason, withdrawn, listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope


@dataclass(frozen=True, slots=True)
class CutSupply:
    """A service point that is cut although who is supplied there by now is not; whose contract it is."""

    point_id: int
    account_id: int
    account: str


@dataclass(frozen=True, slots=True)
class GatewayOrder:
    """An order to disconnect or reconnect the meter at a service point, as people list it."""

    id: int
    kind: str
    state: str
    reason: str
    author: str
    created_at: datetime
    meter: str
    point: str
    account: str


COMMAND = text(
    """
    INSERT INTO gateway_command (service_point_id, meter_id, account_id, kind, reason, author, facts)
    SELECT m.service_point_id, m.meter_id, :account, :kind, :reason, :author, :facts
      FROM meter_mount m
     WHERE m.service_point_id = :point
       AND m.during @> cast(:at AS timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)
CANCEL = text(
    """
    UPDATE gateway_command
       SET state = 'cancelled', done_at = :at
     WHERE service_point_id = ANY(:points)
       AND state = 'waiting'
    RETURNING id, kind
    """
)
_NEWEST = """
    SELECT DISTINCT ON (service_point_id) service_point_id, account_id, kind
      FROM gateway_command
     WHERE state <> 'cancelled'
     ORDER BY service_point_id, id DESC
"""
CUT_FOR_OTHERS = text(
    # Of whoever is supplied there today; who is prepaid and disconnected today holds it cut.
    f"""
    SELECT n.service_point_id AS point_id, k.account_id, a.number AS account
      FROM ({_NEWEST}) n
      JOIN service_point p ON p.id = n.service_point_id
      JOIN site w ON w.id = p.site_id
      JOIN contract k ON k.service_point_id = p.id
       AND k.during @> (cast(:now AS timestamptz) AT TIME ZONE w.timezone)::date
      JOIN account a ON a.id = k.account_id
      LEFT JOIN prepaid_state s ON s.account_id = k.account_id AND s.state = 'disconnected'
     WHERE n.kind = 'disconnect'
       AND (s.account_id IS NULL
            OR NOT EXISTS (SELECT 1 FROM account_mode m
                            WHERE m.account_id = k.account_id AND m.mode = 'prepaid'
                              AND m.during @> (cast(:now AS timestamptz) AT TIME ZONE w.timezone)::date))
     ORDER BY p.id
    """  # noqa: S608 - put together from this module's own words
)
CUT = text(f"SELECT service_point_id FROM ({_NEWEST}) n WHERE kind = 'disconnect' AND service_point_id = ANY(:points)")  # noqa: S608 - see above
FINISH = text(
    """
    UPDATE gateway_command g
       SET state = :state, done_at = :at
      FROM account a
      JOIN client c ON c.id = a.client_id
     WHERE g.id = :id AND g.state IN ('waiting', 'sent') AND a.id = g.account_id
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
    RETURNING g.account_id, g.kind, g.service_point_id
    """
)
COMMANDS = text(
    """
    SELECT g.id, g.kind, g.state, g.reason, g.author, g.created_at, m.name AS meter, p.name AS point,
           a.number AS account
      FROM gateway_command g
      JOIN meter m ON m.id = g.meter_id
      JOIN service_point p ON p.id = g.service_point_id
      JOIN account a ON a.id = g.account_id
     WHERE :state = ''
        OR g.state = :state
     ORDER BY g.id DESC
     LIMIT :limit
    """
)


def queue_command(
    session: Session, *, account_id: int, point_id: int, kind: str, reason: str, author: str, at: datetime,
    content: dict[str, Any],
) -> int | None:  # fmt: skip
    """An order for the meter at a service point; None while another is under way or no meter is mounted."""
    fields = {
        "account": account_id, "point": point_id, "kind": kind, "reason": reason, "author": author, "at": at,
        "facts": Jsonb(content),
    }  # fmt: skip
    command_id: int | None = session.execute(COMMAND, fields).scalar_one_or_none()
    return command_id


def cancel_waiting(session: Session, points: Sequence[int], at: datetime) -> list[str]:
    """Withdraw orders nobody has taken yet; returns their kinds."""
    return [row.kind for row in session.execute(CANCEL, {"points": list(points), "at": at})]


def cut_for_others(session: Session, now: datetime) -> list[CutSupply]:
    """Where the last order cut somebody who moved out or pays by bill by now."""
    return [CutSupply(**row) for row in session.execute(CUT_FOR_OTHERS, {"now": now}).mappings()]


def cut_points(session: Session, points: Sequence[int]) -> set[int]:
    """Those of the service points whose last order was to disconnect."""
    return {row.service_point_id for row in session.execute(CUT, {"points": list(points)})}


@dataclass(frozen=True, slots=True)
class FinishedOrder:
    """An order that was carried out, or could not be."""

    account_id: int
    kind: str
    service_point_id: int


def finish(session: Session, scope: Scope, order_id: int, state: str, at: datetime) -> FinishedOrder | None:
    """Say what became of an order that waits; None where there is no such order."""
    entities = None if scope.entities is None else list(scope.entities)
    values = {"id": order_id, "state": state, "at": at, "entities": entities}
    row = session.execute(FINISH, values).one_or_none()
    return FinishedOrder(row.account_id, row.kind, row.service_point_id) if row else None


def gateway_orders(session: Session, state: str = "", limit: int = 100) -> list[GatewayOrder]:
    """The newest orders for gateways, of one state or of all."""
    return [GatewayOrder(**row) for row in session.execute(COMMANDS, {"state": state, "limit": limit}).mappings()]
