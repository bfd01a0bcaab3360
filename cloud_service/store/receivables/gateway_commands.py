"""Orders for gateways to disconnect and reconnect: queued with their reason, withdrawn, listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session


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


def gateway_orders(session: Session, state: str = "", limit: int = 100) -> list[GatewayOrder]:
    """The newest orders for gateways, of one state or of all."""
    return [GatewayOrder(**row) for row in session.execute(COMMANDS, {"state": state, "limit": limit}).mappings()]
