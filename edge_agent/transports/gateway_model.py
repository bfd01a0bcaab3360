"""Gateways as data: the ports, relays, watchdog and limits of one kind of box, from `firmware_configs/gateways`."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from common.errors import InputError, NotFoundError

GATEWAYS_DIR = Path(__file__).resolve().parents[2] / "firmware_configs" / "gateways"


class GatewayPort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place a bus can be connected to."""

    name: str
    device: str
    kind: Literal["rs485", "rs232", "mbus", "usb"]


class Relay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One switched output."""

    name: str
    device: str


class Watchdog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What restarts the box when the agent no longer reports."""

    device: str
    timeout_s: int


class GatewayLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this box carries; 0 meters: it only passes bytes on."""

    meters_max: int
    rss_max_mib: int
    buffer_max_mib: int


class GatewayModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of box."""

    id: str
    maker: str
    models: tuple[str, ...]
    ports: tuple[GatewayPort, ...]
    limits: GatewayLimits
    notes: str = ""
    has_clock: bool = False
    relays: tuple[Relay, ...] = ()
    watchdog: Watchdog | None = None


def gateway_model(gateway_id: str, folder: Path = GATEWAYS_DIR) -> GatewayModel:
    """The gateway of that id; says which field is wrong."""
    path = folder / f"{gateway_id}.toml"
    if path.parent != folder or not path.exists():
        raise NotFoundError(f"there is no gateway {gateway_id!r}", hint=f"one of {', '.join(gateway_ids(folder))}")
    try:
        model = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), GatewayModel)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(str(error), path=path.name) from error
    if model.id != gateway_id:
        raise InputError(f"the id is {model.id!r} but the file is {path.name}", path=path.name)
    return model


def gateway_ids(folder: Path = GATEWAYS_DIR) -> list[str]:
    """Ids of all gateways, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))
