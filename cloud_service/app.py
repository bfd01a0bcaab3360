"""The HTTP door: `create_app` joins console, portal, support desk and webhooks into one Flask application.

For gunicorn: `gunicorn 'cloud_service.app:create_app()'`; settings come from the environment then.
"""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from cloud_service.payments import PROVIDERS, provider
from cloud_service.settings import Settings, read_settings
from cloud_service.store.database.session import Engine, connect
from cloud_service.web import access, assets, database, errors, guards, headers, identity, navigation, waiting_mail
from cloud_service.web.blueprints import BLUEPRINTS
from cloud_service.web.language import formatting, labels, locale, place_names
from cloud_service.web.sessions import StoredSessions

BODY_MAX = 5 * 2**20


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> Flask:
    """The application; tests and the demo hand over their settings, and an engine where they have one already."""
    settings = settings or read_settings()
    engine = engine or connect(settings.database_url, pool_size=5, max_overflow=10)
    app = Flask("cloud_service.web", template_folder="templates", static_folder=None)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies)  # type: ignore[method-assign]  # as Flask documents it
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=BODY_MAX,
        MAX_FORM_MEMORY_SIZE=BODY_MAX,  # a bank statement comes back packed in a field of its form
        SESSION_COOKIE_NAME="__Host-energy" if secure else "energy",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.extensions["settings"] = settings
    app.extensions["provider"] = provider(settings)
    app.extensions["payment_companies"] = tuple(PROVIDERS)
    if settings.payment_provider:
        app.extensions["pay_link"] = lambda bill: f"{settings.public_url}/pay/{bill.public_id}"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.session_interface = StoredSessions(engine)
    database.init_app(app, engine)
    locale.init_app(app)
    identity.init_app(app, settings)
    guards.init_app(app)
    errors.init_app(app)
    formatting.init_app(app)
    labels.init_app(app)
    place_names.init_app(app)
    assets.init_app(app)
    navigation.init_app(app)
    waiting_mail.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    guards.limit_guesses(app)
    app.before_request(access.enforce)
    app.after_request(headers.add)
    return app
