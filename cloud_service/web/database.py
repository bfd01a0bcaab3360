"""One database session a request: opened when first asked for, rolled back and closed at the end unless committed."""

from collections.abc import Iterable, Iterator
from typing import cast

from flask import Flask, current_app, g, stream_with_context
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


def streamed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of an answer that is sent while its rows are fetched; the session goes when the last one is taken.

    Flask ends the request before the first piece is asked for: the rows open the request's session once more.
    """
    of_request = session()

    def until_the_last() -> Iterator[bytes]:
        try:
            yield from pieces
        finally:
            of_request.close()

    return stream_with_context(until_the_last())


def _close(_error: BaseException | None) -> None:
    open_session = g.pop("session", None)
    if open_session is not None:
        open_session.close()
