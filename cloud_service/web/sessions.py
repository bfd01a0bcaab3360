"""Sessions that can be ended: a signed-in browser holds a random token, and what it stands for is a row.

Before the sign-in there is no row: the little that is remembered (the CSRF secret, the half-done second factor) lies in
Flask's signed cookie. Signing in always makes a new token, so a token from before is worth nothing.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from cloud_service.store.database.session import Engine, transaction
from cloud_service.store.identity import web_sessions

LIFETIME = timedelta(hours=12)
WHOSE = "_user_id"  # where Flask-Login keeps the uniquifier of the person
FREE_OF_SESSIONS = ("/static/", "/healthz", "/readyz", "/webhooks/")


class StoredSession(SecureCookieSession):
    """What a row of `web_session` holds; `token` is empty until the first save after the sign-in."""

    def __init__(self, initial: dict[str, Any] | None = None, token: str = "") -> None:
        super().__init__(initial or {})
        self.token = token
        self.whose = self.get(WHOSE)


class StoredSessions(SecureCookieSessionInterface):
    """Opens, saves and ends sessions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.json = TaggedJSONSerializer()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The row of the token, the signed cookie of a stranger, or an empty session."""
        if request.path.startswith(FREE_OF_SESSIONS):
            return StoredSession()
        value = request.cookies.get(self.get_cookie_name(app), "")
        if not value.startswith(web_sessions.TOKEN_MARK):
            return super().open_session(app, request)
        with transaction(self.engine) as session:
            row = web_sessions.load_session(session, value, datetime.now(UTC))
            data = self.json.loads(row.data) if row else None
        return StoredSession(data, value) if data is not None else StoredSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the row, or the cookie of somebody who is not signed in."""
        token = getattr(session, "token", "")
        person = session.get(WHOSE)
        if token and person == getattr(session, "whose", None):
            if session.modified:
                with transaction(self.engine) as connection:
                    web_sessions.keep_session(connection, token, self.json.dumps(dict(session)))
            response.vary.add("Cookie")
            return
        if token:
            with transaction(self.engine) as connection:
                web_sessions.close_session(connection, token)
        if person is None:
            super().save_session(app, SecureCookieSession(session) if token else session, response)
            return
        self._begin(app, session, str(person), response)

    def _begin(self, app: Flask, session: SessionMixin, person: str, response: Response) -> None:
        """A new row and token for somebody who has just signed in."""
        from flask import request

        data = self.json.dumps(dict(session))
        with transaction(self.engine) as connection:
            token = web_sessions.open_session(
                connection,
                person,
                data,
                datetime.now(UTC),
                lifetime=LIFETIME,
                address=request.remote_addr or "",
                browser=request.user_agent.string,
            )
        if token is None:
            response.delete_cookie(self.get_cookie_name(app))
            return
        response.set_cookie(
            self.get_cookie_name(app),
            token,
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite="Lax",
        )
        response.vary.add("Cookie")
