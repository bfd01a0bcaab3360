"""The site file of a gateway: who it is, where the cloud is, which meters hang on which line.

Everything that is wrong with it is reported at once. Secrets are named, never written in: a file or an environment
variable holds them.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from common.errors import EnergyError, InputError, NotFoundError
from common.message import check_gateway_id
from common.profile import MeterProfile, find

Positive = Annotated[int, msgspec.Meta(ge=1)]
INTERVALS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)
METERS_MAX = 1000
PLAIN_HOSTS = ("localhost", "127.0.0.1", "::1")
METER_ID = re.compile(r"[^\x00-\x1f\x7f]{1,64}")


class SiteGateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who this is, and the folder for everything it keeps."""

    id: str
    data: Path = Path("/var/lib/energy-edge")


class UplinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The broker: `mqtts://host:8883`, or `mqtt://` on this machine. Credentials come from files or the environment."""

    broker: str
    username: str = ""
    password_file: Path | None = None
    password_env: str = ""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    allow_plain: bool = False  # mqtt:// to another machine: for a protected network only

    @property
    def host(self) -> str:
        """The broker's name."""
        return urlsplit(self.broker).hostname or ""

    @property
    def is_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return urlsplit(self.broker).scheme == "mqtts"

    @property
    def port(self) -> int:
        """The broker's port."""
        return urlsplit(self.broker).port or (8883 if self.is_tls else 1883)

    def password(self, environment: Mapping[str, str] = os.environ) -> str:
        """The secret from its file or variable."""
        if self.password_file:
            try:
                return self.password_file.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise InputError(f"the password cannot be read: {error}", path="uplink.password_file") from error
        return environment.get(self.password_env, "") if self.password_env else ""


class Polling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often meters are read, and on which grid bills are made: its readings are never thinned."""

    interval_s: int = 60
    billing_interval_s: int = 900


class Buffering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much is kept, and how long after its receipt."""

    cap_mib: Positive = 1024
    keep_days: Positive = 35
    fine_days: Positive = 90
    ballast_kib: Annotated[int, msgspec.Meta(ge=0)] = 1024


class SiteMeter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One meter on a line. `registers` empty: all that its profile can bill."""

    id: str
    profile: str
    address: str
    interval_s: int = 0  # 0: as the others
    registers: tuple[str, ...] = ()


class Bus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line and its meters. `options` go to the driver (framing, seed ...)."""

    name: str
    protocol: str
    port: str = ""
    timeout_s: float = 0
    retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 1
    options: dict[str, Any] = {}
    meter: tuple[SiteMeter, ...] = ()


class SiteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One gateway's whole configuration."""

    gateway: SiteGateway
    uplink: UplinkSettings
    polling: Polling = Polling()
    buffer: Buffering = Buffering()
    bus: tuple[Bus, ...] = ()

    def meters(self) -> Iterator[tuple[Bus, SiteMeter]]:
        """Every meter with its line."""
        for bus in self.bus:
            for meter in bus.meter:
                yield bus, meter


def load(path: Path) -> SiteFile:
    """The checked site file; InputError lists everything that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(f"there is no site file {path}", hint="energy-edge run --config FILE") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the site file cannot be read: {error}", path=str(path)) from error
    return parse(text, str(path), path.parent)


def parse(text: str, path: str = "", folder: Path = Path()) -> SiteFile:
    """A checked site file from its text; relative paths in it count from `folder`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", path=path) from error
    site, faults = _convert(raw)
    if site is not None:
        site = _with_absolute_paths(site, folder)
        faults += list(problems(site))
    if faults or site is None:
        several = f"{len(faults)} faults in the site file:\n  " if len(faults) > 1 else ""
        raise InputError(several + "\n  ".join(faults), path=path, hint="deploy/edge/site.toml shows every field")
    return site


def _convert(raw: dict[str, Any]) -> tuple[SiteFile | None, list[str]]:
    """The typed file, or a fault for each part that does not fit its type."""
    try:
        return msgspec.convert(raw, SiteFile, dec_hook=_as_path), []
    except msgspec.ValidationError as whole:
        faults = []
        parts: dict[str, Any] = {
            "gateway": SiteGateway,
            "uplink": UplinkSettings,
            "polling": Polling,
            "buffer": Buffering,
        }
        for name, kind in parts.items():
            if name in raw:
                faults += _type_faults(raw[name], kind, name)
        buses = raw.get("bus", [])
        for number, bus in enumerate(buses if isinstance(buses, list) else []):
            meters = bus.get("meter", []) if isinstance(bus, dict) else []
            faults += _type_faults({**bus, "meter": []} if isinstance(bus, dict) else bus, Bus, f"bus[{number}]")
            for place, meter in enumerate(meters if isinstance(meters, list) else []):
                faults += _type_faults(meter, SiteMeter, f"bus[{number}].meter[{place}]")
        table_names = {*parts, "bus"}
        faults += [f"{name}: there is no such table" for name in raw if name not in table_names]
        faults += [f"{name}: this table is missing" for name in ("gateway", "uplink") if name not in raw]
        return None, faults or [str(whole)]


def _as_path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError("expected a text")


def _type_faults(raw: object, kind: type, where: str) -> list[str]:
    try:
        msgspec.convert(raw, kind, dec_hook=_as_path)
    except msgspec.ValidationError as error:
        return [f"{where}: {error}"]
    return []


def _with_absolute_paths(site: SiteFile, folder: Path) -> SiteFile:
    names = ("password_file", "ca_file", "cert_file", "key_file")
    files = {name: folder / path for name in names if (path := getattr(site.uplink, name))}
    gateway = msgspec.structs.replace(site.gateway, data=folder / site.gateway.data)
    return msgspec.structs.replace(site, gateway=gateway, uplink=msgspec.structs.replace(site.uplink, **files))


def problems(site: SiteFile) -> Iterator[str]:
    """Everything that is well formed but cannot work."""
    try:
        check_gateway_id(site.gateway.id)
    except InputError as error:
        yield f"gateway.id: {error.message}; {error.hint}"
    yield from _uplink_problems(site.uplink)
    yield from _polling_problems(site)
    yield from _meter_problems(site)


def _uplink_problems(uplink: UplinkSettings) -> Iterator[str]:
    try:
        parts = urlsplit(uplink.broker)
        wrong = parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path not in ("", "/")
        wrong = wrong or parts.port == 0 or parts.username is not None
    except ValueError:
        wrong = True
    if wrong:
        yield f"uplink.broker: {uplink.broker!r} is not a broker; for example mqtts://broker.example:8883"
        return
    if not uplink.is_tls and uplink.host not in PLAIN_HOSTS and not uplink.allow_plain:
        yield "uplink.broker: mqtt:// sends readings and password in the clear; use mqtts:// or say allow_plain = true"
    if bool(uplink.cert_file) != bool(uplink.key_file):
        yield "uplink: cert_file and key_file belong together"
    if uplink.password_file and uplink.password_env:
        yield "uplink: give password_file or password_env, not both"
    for name in ("password_file", "ca_file", "cert_file", "key_file"):
        path = getattr(uplink, name)
        if path and not path.is_file():
            yield f"uplink.{name}: there is no file {path}"


def _polling_problems(site: SiteFile) -> Iterator[str]:
    polling = site.polling
    if polling.interval_s not in INTERVALS_S:
        yield f"polling.interval_s: {polling.interval_s} is not one of {', '.join(map(str, INTERVALS_S))}"
    if polling.billing_interval_s not in (300, 600, 900, 1800, 3600):
        yield f"polling.billing_interval_s: {polling.billing_interval_s} is not 300, 600, 900, 1800 or 3600"
    for number, (bus, meter) in enumerate(site.meters()):
        interval = meter.interval_s or polling.interval_s
        if interval not in INTERVALS_S or polling.billing_interval_s % interval:
            yield f"bus {bus.name}, meter {meter.id}: every {interval} s does not fit the billing grid"
        if number == METERS_MAX:
            yield f"a gateway has {METERS_MAX} meters at most"


def _meter_problems(site: SiteFile) -> Iterator[str]:
    names, meters, places, devices = set(), set(), set(), set()
    for bus in site.bus:
        if bus.name in names:
            yield f"bus {bus.name}: two lines have this name"
        names.add(bus.name)
        device = bus.port.partition("?")[0]
        if device in devices:
            yield f"bus {bus.name}: two lines use {device}, which has one owner; put their meters on one line"
        if device.startswith(("serial:", "modem:")):
            devices.add(device)
        for meter in bus.meter:
            where = f"bus {bus.name}, meter {meter.id}"
            if not METER_ID.fullmatch(meter.id):
                yield f"{where}: an id has 1 to 64 characters"
            if meter.id in meters:
                yield f"{where}: two meters have this id"
            if (bus.name, meter.address) in places:
                yield f"{where}: two meters have the address {meter.address}"
            meters.add(meter.id)
            places.add((bus.name, meter.address))
            yield from (f"{where}: {fault}" for fault in _profile_faults(bus, meter))


def _profile_faults(bus: Bus, meter: SiteMeter) -> Iterator[str]:
    try:
        profile = find(meter.profile)
    except EnergyError as error:
        yield f"{error.message}" + (f" ({error.hint})" if error.hint else "")
        return
    if bus.protocol not in ("simulated", profile.protocol):
        yield f"{meter.profile} speaks {profile.protocol}, the line {bus.protocol}"
    for name in meter.registers:
        if name not in profile.registers:
            yield f"{meter.profile} has no register {name!r}"


def registers_of(meter: SiteMeter) -> tuple[MeterProfile, tuple[str, ...]]:
    """The profile of a meter and the registers to read."""
    profile = find(meter.profile)
    return profile, meter.registers or tuple(name for name in profile.billing if not profile.registers[name].optional)
