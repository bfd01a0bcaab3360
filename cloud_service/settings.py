"""Everything that a deployment can set, read from the environment once, checked at once, frozen.

Secrets come from `NAME` or, better, from the file named by `NAME_FILE`. Where the environment names no database, the
settings of the installation that a command stands in are taken (`installation`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloud_service import installation
from common.errors import InputError

KNOWN_SECRETS = {"secret", "changeme", "change-me", "dev", "development", "password"}


@dataclass(frozen=True)
class MqttSettings:
    """Where the broker is and how the cloud signs in there."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str = ""
    password: str = ""
    ca_file: str = ""  # set: TLS with this CA; empty: plain text, allowed on loopback only
    cert_file: str = ""
    key_file: str = ""


@dataclass(frozen=True)
class GatewayAccessSettings:
    """How gateways reach the broker, and where the embedded one finds their passwords."""

    broker: str = "mqtts://broker.example:8883"  # as their site files name it
    password_folder: Path | None = None  # None: the broker is not ours, it takes hashes (`gateway sync`)
    own_authority: bool = False  # the broker's certificate is not of a public authority


@dataclass(frozen=True)
class MailSettings:
    """The relay that takes our mails."""

    host: str = "127.0.0.1"
    port: int = 25
    username: str = ""
    password: str = ""
    starttls: bool = False  # TLS after a greeting in plain text, usual at port 587
    tls: bool = False  # TLS from the first byte, usual at port 465
    sender: str = "billing@localhost"


@dataclass(frozen=True)
class Settings:
    """One deployment."""

    database_url: str
    owner_url: str  # for migrations; the same as database_url unless a separate owner is given
    secret_key: str
    public_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path(".energy")
    mqtt: MqttSettings = MqttSettings()
    mail: MailSettings | None = None  # None: none is named, so the one that was set in the console is taken
    payment_provider: str = ""  # empty: payments are recorded by hand
    payment_url: str = ""  # where the provider answers, if not at its usual address
    payment_secret: str = ""  # key or signing secret of the provider
    payment_webhook_secret: str = ""
    proxies: int = 0  # how many reverse proxies stand before us, whose word on the caller's address we take
    demo: bool = False
    installation: str = ""  # a random name by which the web service says whose it is
    gateway_access: GatewayAccessSettings = GatewayAccessSettings()

    @property
    def pay_at(self) -> str:
        """Where bills can be paid, printed on them; empty where no provider is set up."""
        return self.public_url if self.payment_provider else ""


LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; every fault is named in one InputError."""
    environ = installation.environment() if environ is None else environ
    faults: list[str] = []
    settings = Settings(
        database_url=_secret(environ, "DATABASE_URL"),
        owner_url=_secret(environ, "DATABASE_OWNER_URL") or _secret(environ, "DATABASE_URL"),
        secret_key=_secret(environ, "SECRET_KEY"),
        public_url=environ.get("PUBLIC_URL", Settings.public_url).rstrip("/"),
        data_dir=Path(environ.get("ENERGY_DATA_DIR", ".energy")),
        mqtt=MqttSettings(
            host=environ.get("MQTT_HOST", MqttSettings.host),
            port=_number(environ, "MQTT_PORT", MqttSettings.port, faults),
            username=environ.get("MQTT_USERNAME", ""),
            password=_secret(environ, "MQTT_PASSWORD"),
            ca_file=environ.get("MQTT_CA_FILE", ""),
            cert_file=environ.get("MQTT_CERT_FILE", ""),
            key_file=environ.get("MQTT_KEY_FILE", ""),
        ),
        mail=_mail(environ, faults),
        payment_provider=environ.get("PAYMENT_PROVIDER", Settings.payment_provider),
        payment_url=environ.get("PAYMENT_URL", ""),
        payment_secret=_secret(environ, "PAYMENT_SECRET"),
        payment_webhook_secret=_secret(environ, "PAYMENT_WEBHOOK_SECRET"),
        proxies=_number(environ, "TRUSTED_PROXIES", 0, faults),
        demo=environ.get("ENERGY_DEMO", "") == "1",
        installation=environ.get("ENERGY_INSTALLATION", ""),
        gateway_access=gateway_access(environ),
    )
    faults += _unsafe(settings)
    if faults:
        raise InputError("; ".join(faults), path="environment", hint="see docs/settings.md")
    return settings


def _mail(environ: Mapping[str, str], faults: list[str]) -> MailSettings | None:
    """The relay that the environment names, by its host or its port; None where it names none."""
    if not (environ.get("SMTP_HOST") or environ.get("SMTP_PORT")):
        return None
    return MailSettings(
        host=environ.get("SMTP_HOST") or MailSettings.host,
        port=_number(environ, "SMTP_PORT", MailSettings.port, faults),
        username=environ.get("SMTP_USERNAME", ""),
        password=_secret(environ, "SMTP_PASSWORD"),
        starttls=environ.get("SMTP_STARTTLS", "") == "1",
        tls=environ.get("SMTP_TLS", "") == "1",
        sender=environ.get("MAIL_FROM", MailSettings.sender),
    )


def owner_url(environ: Mapping[str, str] | None = None) -> str:
    """The address for migrations; all that `energy-cloud db` needs to know."""
    environ = installation.environment() if environ is None else environ
    url = _secret(environ, "DATABASE_OWNER_URL") or _secret(environ, "DATABASE_URL")
    if not url:
        raise InputError("DATABASE_URL is not set", path="environment", hint="or run `energy-cloud up`")
    return url


def database_url(environ: Mapping[str, str] | None = None) -> str:
    """The address for commands that need nothing but the database."""
    environ = installation.environment() if environ is None else environ
    url = _secret(environ, "DATABASE_URL")
    if not url:
        raise InputError("DATABASE_URL is not set", path="environment", hint="or run `energy-cloud up`")
    return url


def gateway_access(environ: Mapping[str, str] | None = None) -> GatewayAccessSettings:
    """How gateways enter: on this machine at the cloud's own port, elsewhere by TLS, unless told otherwise."""
    environ = installation.environment() if environ is None else environ
    host, folder = environ.get("MQTT_HOST", "broker.example"), environ.get("GATEWAY_PASSWORD_DIR", "")
    near = f"mqtt://{host}:{environ.get('MQTT_PORT', MqttSettings.port)}"
    return GatewayAccessSettings(
        broker=environ.get("GATEWAY_BROKER") or (near if host in LOOPBACK else f"mqtts://{host}:8883"),
        password_folder=Path(folder) if folder else None,
        own_authority=bool(environ.get("MQTT_CA_FILE")),
    )


def pay_at(environ: Mapping[str, str] | None = None) -> str:
    """`Settings.pay_at` for commands that need nothing else."""
    environ = installation.environment() if environ is None else environ
    return environ.get("PUBLIC_URL", Settings.public_url).rstrip("/") if environ.get("PAYMENT_PROVIDER") else ""


def _unsafe(settings: Settings) -> list[str]:
    """What must not start: no database, a weak key, plain text across a network."""
    faults = []
    if not settings.database_url:
        faults.append("DATABASE_URL is not set (or run `energy-cloud up`, which brings its own database)")
    if len(settings.secret_key) < 32 or settings.secret_key.lower() in KNOWN_SECRETS:  # noqa: PLR2004 - 32 characters
        faults.append("SECRET_KEY must be a random text of at least 32 characters")
    if settings.mqtt.host not in LOOPBACK and not settings.mqtt.ca_file:
        faults.append("MQTT_CA_FILE is not set: the broker is not on this machine, so TLS is needed")
    if settings.payment_provider == "simulated" and not settings.demo:
        faults.append(
            "PAYMENT_PROVIDER=simulated marks bills as paid without any money: for demos (ENERGY_DEMO=1) only"
        )
    return faults


def _secret(environ: Mapping[str, str], name: str) -> str:
    """The value of `NAME`, or the content of the file that `NAME_FILE` names."""
    file = environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InputError(f"cannot read {file}: {error.strerror}", path=f"{name}_FILE") from error
    return environ.get(name, "")


def _number(environ: Mapping[str, str], name: str, default: int, faults: list[str]) -> int:
    value = environ.get(name, "")
    if not value:
        return default
    if not value.isdigit():
        faults.append(f"{name} is {value!r}, not a number")
        return default
    return int(value)
