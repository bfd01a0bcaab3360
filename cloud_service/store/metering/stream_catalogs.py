"""What the channel numbers of streams mean, kept at hand for a process; the database has them for good."""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from cloud_service.domain.metering.register_discovery import discover
from cloud_service.domain.metering.wire_columns import rows_of
from cloud_service.store.metering import gateway_streams, readings
from cloud_service.store.metering.gateway_streams import GatewayIdentity, NewGatewayRegister
from cloud_service.store.metering.readings import ReadingColumns, StoredRegister
from common.errors import InputError
from common.message import Batch, Catalog, Channel, Codec, Up, decode, extends
from common.reading import Kind

CHANNELS_KEPT = 200_000  # of all catalogs together: some 100 MB
TTL_S = 300  # registers are looked up again after this time
VALIDATED = (Kind.INDEX, Kind.INTERVAL)


@dataclass(frozen=True, slots=True)
class CatalogMeaning:
    """One catalog version of a stream, its channels resolved to registers."""

    codec: Codec
    register_id: NDArray[np.int64]
    step_s: NDArray[np.int32]
    zones: dict[int, str]  # of the registers that validation cares for

    def columns(self, batch: Batch, stream: int) -> ReadingColumns:
        """The batch's readings; DecodeError if it does not verify."""
        rows = rows_of(self.codec, batch)
        channel = np.frombuffer(rows.channel, dtype=np.int64)
        return ReadingColumns(
            register_id=self.register_id[channel],
            at_ms=np.frombuffer(rows.at_ms, dtype=np.int64),
            value=np.frombuffer(rows.value, dtype=np.int64),
            quality=np.frombuffer(rows.quality, dtype=np.uint8).astype(np.int16),
            time_quality=np.frombuffer(rows.time_quality, dtype=np.uint8).astype(np.int16),
            source=np.full(len(rows), stream, dtype=np.int64),
            sequence=np.frombuffer(rows.sequence, dtype=np.int64),
            step_s=self.step_s[channel],
        )


class Catalogs:
    """Streams and meanings of one process. What a transaction learns counts for others only after `commit`."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._streams: dict[tuple[int, int], int] = {}
        self._new_streams: dict[tuple[int, int], int] = {}
        self._meanings: OrderedDict[tuple[int, int], tuple[float, CatalogMeaning]] = OrderedDict()
        self._new_meanings: dict[tuple[int, int], CatalogMeaning] = {}
        self._channels = 0

    def look_up(
        self, session: Session, keys: Iterable[tuple[int, int]], anew: Collection[tuple[int, int]] = ()
    ) -> None:
        """Look up the streams of (gateway id, epoch) pairs; those not spoken of before begin.

        `anew`: those to be looked up though known. A restored database may have given the number to another stream.
        """
        unknown = [key for key in keys if key not in self._streams or key in anew]
        if unknown:
            streams = gateway_streams.find_streams(session, unknown)
            missing = [key for key in unknown if key not in streams]
            self._new_streams |= streams | (gateway_streams.open_streams(session, missing) if missing else {})

    def stream(self, gateway: GatewayIdentity, epoch: int) -> int:
        """The id of a known stream."""
        key = gateway.id, epoch
        return self._new_streams[key] if key in self._new_streams else self._streams[key]

    def add(self, session: Session, gateway: GatewayIdentity, stream: int, catalog: Catalog, payload: bytes) -> None:
        """Keep a catalog for good. One that changes what a number meant, or names a foreign meter, is refused."""
        stored = {version: _catalog(body) for version, body in gateway_streams.catalogs(session, stream).items()}
        for version, other in stored.items():
            if version == catalog.version and other != catalog:
                raise InputError(f"catalog {version} came before with other content", code="conflict")
            older, newer = (other, catalog) if version < catalog.version else (catalog, other)
            if not extends(newer, older):
                raise InputError(f"catalogs {older.version} and {newer.version} disagree", code="conflict")
        _refuse_foreign(session, gateway, catalog)
        if catalog.version not in stored:
            gateway_streams.add_catalog(session, stream, catalog.version, payload)
        meaning = _resolve(session, gateway, catalog)
        gateway_streams.claim_meters(session, (channel.meter for channel in catalog.channels), gateway.id)
        _refuse_foreign(session, gateway, catalog)  # again: another site's gateway may have been faster
        self._new_meanings[stream, catalog.version] = meaning

    def meaning(self, session: Session, gateway: GatewayIdentity, stream: int, version: int) -> CatalogMeaning | None:
        """What a version's channels mean, or None where the stream has not sent it or may not any more."""
        key = stream, version
        if key in self._new_meanings:
            return self._new_meanings[key]
        cached = self._meanings.get(key)
        if cached and self._clock_s() - cached[0] < TTL_S:
            self._meanings.move_to_end(key)
            return cached[1]
        body = gateway_streams.catalogs(session, stream).get(version)
        if body is None:
            return None
        catalog = _catalog(body)
        if _foreign(session, gateway, catalog):
            return None  # it has to say its catalog again, and is told why that is refused
        meaning = self._new_meanings[key] = _resolve(session, gateway, catalog)
        return meaning

    def commit(self) -> None:
        """The transaction is through: what it learnt is true."""
        self._streams |= self._new_streams
        self._new_streams = {}
        for key, meaning in self._new_meanings.items():
            self._drop(key)
            self._meanings[key] = self._clock_s(), meaning
            self._channels += len(meaning.register_id)
        self._new_meanings = {}
        while self._channels > CHANNELS_KEPT and len(self._meanings) > 1:
            self._drop(next(iter(self._meanings)))

    def roll_back(self) -> None:
        """The transaction failed: what it learnt is not true."""
        self._new_streams, self._new_meanings = {}, {}

    def forget(self) -> None:
        """What was known may be wrong: ask the database again."""
        self._streams, self._new_streams = {}, {}
        self._meanings, self._new_meanings = OrderedDict(), {}
        self._channels = 0

    def _drop(self, key: tuple[int, int]) -> None:
        old = self._meanings.pop(key, None)
        if old:
            self._channels -= len(old[1].register_id)


def _foreign(session: Session, gateway: GatewayIdentity, catalog: Catalog) -> list[str]:
    meters = {channel.meter for channel in catalog.channels}
    return gateway_streams.foreign_meters(session, meters, gateway.site_id)


def _refuse_foreign(session: Session, gateway: GatewayIdentity, catalog: Catalog) -> None:
    if foreign := _foreign(session, gateway, catalog):
        raise InputError(f"meter {foreign[0]} belongs to another site", code="foreign_meter")


def _catalog(payload: bytes) -> Catalog:
    message = decode(Up.CATALOG, payload)
    if not isinstance(message, Catalog):  # what is stored came in as a catalog
        raise TypeError(type(message))
    return message


def _resolve(session: Session, gateway: GatewayIdentity, catalog: Catalog) -> CatalogMeaning:
    """Find the registers of all channels, and make those that are missing."""
    meters = {channel.meter for channel in catalog.channels}
    stored = readings.registers_of(session, meters, gateway.zone)
    missing = [channel for channel in catalog.channels if (channel.meter, channel.register) not in stored]
    if missing:
        gateway_streams.add_registers(session, [_new_register(channel) for channel in missing])
        stored = readings.registers_of(session, meters, gateway.zone)
    registers = [_register_of(channel, stored.get((channel.meter, channel.register))) for channel in catalog.channels]
    step_s = [register.step_s if register.kind == Kind.INTERVAL else 0 for register in registers]
    return CatalogMeaning(
        codec=Codec(gateway.name, catalog),
        register_id=np.array([register.id for register in registers], dtype=np.int64),
        step_s=np.array(step_s, dtype=np.int32),
        zones={register.id: register.zone for register in registers if register.kind in VALIDATED},
    )


def _new_register(channel: Channel) -> NewGatewayRegister:
    register = discover(channel)
    return NewGatewayRegister(
        channel.meter, channel.register, register.quantity, register.direction, channel.unit, register.kind,
        register.billed,
    )  # fmt: skip


def _register_of(channel: Channel, register: StoredRegister | None) -> StoredRegister:
    """The register of a channel; one that could not be made or that counts another unit is refused."""
    if register is None:
        raise InputError(f"meter {channel.meter} cannot be made: its name is another meter's serial", code="bad_meter")
    if register.unit != channel.unit:
        raise InputError(
            f"{channel.meter} {channel.register} counts {register.unit}, not {channel.unit}", code="other_unit"
        )
    return register
