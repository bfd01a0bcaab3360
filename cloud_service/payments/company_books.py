"""What the simulated payment company remembers: links, payments, refunds, and events until they were taken. SQLite."""

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from common.errors import ConflictError, InputError, NotFoundError

SCHEMA = """
CREATE TABLE IF NOT EXISTS link (id TEXT PRIMARY KEY, key TEXT UNIQUE, asked TEXT NOT NULL, state TEXT NOT NULL,
    payment TEXT NOT NULL DEFAULT '', paid_at TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS refund (id TEXT PRIMARY KEY, key TEXT UNIQUE, link TEXT NOT NULL REFERENCES link(id),
    amount TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, body BLOB NOT NULL, taken INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT NOT NULL);
"""
LONGEST_WAIT_S = 60
ASKED = ("reference", "description", "amount", "currency", "return_url")


class CompanyBooks:
    """The company's memory; safe for several threads."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + SCHEMA)
        self._lock = threading.RLock()
        self._clock = clock

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def add_link(self, fields: dict[str, str], key: str) -> dict[str, Any]:
        """A new link, or the one that this key made before; another ask under the same key is refused."""
        fields = {name: str(fields[name]) for name in ASKED}
        if Decimal(fields["amount"]) <= 0:
            raise InputError("an amount must be positive", path="amount")
        with self._transaction() as db:
            row = db.execute("SELECT * FROM link WHERE key = ?", (key,)).fetchone() if key else None
            if row is None:
                link = f"link_{uuid.uuid4().hex}"
                values = (link, key or None, json.dumps(fields), "open")
                db.execute("INSERT INTO link (id, key, asked, state) VALUES (?, ?, ?, ?)", values)
                row = db.execute("SELECT * FROM link WHERE id = ?", (link,)).fetchone()
            elif json.loads(row["asked"]) != fields:
                raise ConflictError("the same idempotency key with another ask", path="Idempotency-Key")
        return self.link(row["id"])

    def link(self, link: str) -> dict[str, Any]:
        """A link with its state and what was given back."""
        with self._lock:
            row = self._db.execute("SELECT * FROM link WHERE id = ?", (link,)).fetchone()
            if row is None:
                raise NotFoundError(f"there is no link {link}")
            refunds = self._db.execute("SELECT amount FROM refund WHERE link = ?", (link,)).fetchall()
        refunded = sum((Decimal(refund["amount"]) for refund in refunds), Decimal(0))
        fields: dict[str, Any] = json.loads(row["asked"])
        return fields | {
            "id": row["id"],
            "state": row["state"],
            "payment": row["payment"],
            "refunded": format(refunded, "f"),
        }

    def pay(self, link: str) -> dict[str, Any]:
        """The payer pressed "Pay": paid once, however often it is pressed."""
        with self._transaction() as db:
            terms = self.link(link)
            if terms["state"] != "paid":
                payment, at = f"pay_{uuid.uuid4().hex}", self._clock()
                db.execute(
                    "UPDATE link SET state = 'paid', payment = ?, paid_at = ? WHERE id = ?",
                    (payment, at.isoformat(), link),
                )
                self._queue_event("payment.paid", terms | {"payment": payment}, terms["amount"])
        return self.link(link)

    def decline(self, link: str) -> dict[str, Any]:
        """The payer, or the payer's bank, said no; the same link may be paid later."""
        with self._transaction() as db:
            terms = self.link(link)
            if terms["state"] != "paid":
                db.execute("UPDATE link SET state = 'failed' WHERE id = ?", (link,))
                self._queue_event("payment.declined", terms, terms["amount"])
        return self.link(link)

    def add_refund(self, payment: str, amount: Decimal, key: str) -> dict[str, Any]:
        """Give back at most what is left of a payment."""
        with self._transaction() as db:
            row = db.execute("SELECT id FROM link WHERE payment = ? AND payment <> ''", (payment,)).fetchone()
            if row is None:
                raise NotFoundError(f"there is no payment {payment}")
            terms = self.link(row["id"])
            earlier = db.execute("SELECT id, amount FROM refund WHERE key = ?", (key,)).fetchone() if key else None
            if earlier is None:
                if not 0 < amount <= Decimal(terms["amount"]) - Decimal(terms["refunded"]):
                    raise ConflictError(f"{amount} is more than is left of {payment}", path="amount")
                refund = f"re_{uuid.uuid4().hex}"
                values = (refund, key or None, terms["id"], format(amount, "f"), self._clock().isoformat())
                db.execute("INSERT INTO refund (id, key, link, amount, at) VALUES (?, ?, ?, ?, ?)", values)
                self._queue_event("refund.made", terms | {"payment": refund}, format(amount, "f"))
                earlier = {"id": refund, "amount": format(amount, "f")}
        return {"id": earlier["id"], "amount": earlier["amount"], "currency": terms["currency"]}

    def settlements(self, since: str) -> list[dict[str, Any]]:
        """Payments and refunds of each day and currency, as one transfer."""
        with self._lock:
            links = {row["id"]: row for row in self._db.execute("SELECT * FROM link WHERE state = 'paid'")}
            refunds = self._db.execute("SELECT * FROM refund").fetchall()
        moved = [(row["paid_at"], row, row["payment"], "payment", 1) for row in links.values()]
        moved += [(row["at"], links[row["link"]], row["id"], "refund", -1) for row in refunds]
        days: dict[tuple[str, str], list[dict[str, str]]] = {}
        amounts = {row["id"]: row["amount"] for row in refunds}
        for at, link, ref, kind, sign in moved:
            fields = json.loads(link["asked"])
            gross = Decimal(amounts.get(ref, fields["amount"])) * sign
            line = {"payment": ref, "kind": kind, "gross": format(gross, "f"), "fee": "0"}
            days.setdefault((at[:10], fields["currency"]), []).append(line)
        return [
            {
                "id": f"set_{day}_{currency}",
                "day": day,
                "currency": currency,
                "net": format(sum((Decimal(line["gross"]) for line in lines), Decimal(0)), "f"),
                "lines": lines,
            }
            for (day, currency), lines in sorted(days.items())
            if day >= since
        ]

    def _queue_event(self, kind: str, link: dict[str, Any], amount: str) -> None:
        """Keep an event until the shop has taken it."""
        event, now = f"evt_{uuid.uuid4().hex}", self._clock()
        content = {
            "id": event,
            "type": kind,
            "link": link["id"],
            "payment": link["payment"],
            "reference": link["reference"],
            "amount": amount,
            "currency": link["currency"],
            "at": now.isoformat(),
        }
        body = json.dumps(content, separators=(",", ":")).encode()
        self._db.execute("INSERT INTO event (id, body, next_at) VALUES (?, ?, ?)", (event, body, now.isoformat()))

    def due_events(self, most: int = 20) -> list[tuple[str, bytes]]:
        """Events whose time has come, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, body FROM event WHERE NOT taken AND next_at <= ? ORDER BY rowid LIMIT ?",
                (self._clock().isoformat(), most),
            ).fetchall()
        return [(row["id"], row["body"]) for row in rows]

    def event_taken(self, event: str) -> None:
        """The shop answered 2xx."""
        with self._transaction() as db:
            db.execute("UPDATE event SET taken = 1, attempts = attempts + 1 WHERE id = ?", (event,))

    def event_refused(self, event: str) -> None:
        """Try again after 1, 2, 4 … 60 seconds."""
        with self._transaction() as db:
            row = db.execute("SELECT attempts FROM event WHERE id = ?", (event,)).fetchone()
            wait = timedelta(seconds=min(2 ** min(row["attempts"], 10), LONGEST_WAIT_S))
            values = ((self._clock() + wait).isoformat(), event)
            db.execute("UPDATE event SET attempts = attempts + 1, next_at = ? WHERE id = ?", values)
