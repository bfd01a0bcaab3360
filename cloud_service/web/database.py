"""One database session a request: opened when first asked for, rolled back and closed at the end unless committed."""

from typing import cast

from flask import Flask, current_app, g
from werkzeug.local import LocalProxy

from cloud_service.store.database.session import Engine, Session, sessions


def init_app(app: Flask, engine: Engine) -> None:
    """Give the app its engine."""
    app.extensions["engine"] = engine
    app.extensions["sessions"] = sessions(engine)
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """The engine of the app."""
    return cast("Engine", current_app.extensions["engine"])


def session() -> Session:
    """The session of this request."""
    if "session" not in g:
        g.session = current_app.extensions["sessions"]()
    return cast("Session", g.session)


current_session = LocalProxy(session)


def _close(_error: BaseException | None) -> None:
    open_session = g.pop("session", None)
    if open_session is not None:
        open_session.close()
