"""What the gateways of the ingest bench send: meters that count on, minute by minute; the same rows for plain COPY."""

import random
from collections.abc import Iterator, Mapping

import numpy as np
import psycopg

from cloud_service.store.metering import readings as evidence
from cloud_service.store.metering.readings import ReadingColumns
from common.message import Catalog, Codec
from deploy.bench.courier import Courier, Load, channels_of, load

SENDERS, CHANNELS, BATCH = 8, 50, 10_000
WINDOW = 6
FIRST_MS = 1_772_000_000_000 // 60_000 * 60_000
EPOCH_MS = 100 * 86_400_000


class Sender:
    """A gateway of 50 meters read each minute, each growing by what a house uses.

    Each epoch has the same rows on other days, so that they are new to the table.
    """

    def __init__(self, number: int, epoch: int) -> None:
        self.number, self.epoch = number, epoch
        self.gateway = f"g{number}"
        self._codec = Codec(self.gateway, Catalog(epoch, 1, channels_of(self.gateway, CHANNELS)))
        self._dice = random.Random(number)
        self._index = [self._dice.randrange(10**7) for _ in range(CHANNELS)]
        self._row = 0

    def loads(self, rows: int) -> Iterator[Load]:
        """The next batches."""
        for _ in range(rows // BATCH):
            first, readings = self._row, []
            for number in range(first, first + BATCH):
                minute, channel = divmod(number, CHANNELS)
                self._index[channel] += self._dice.randrange(40)
                at_ms = FIRST_MS - self.epoch * EPOCH_MS + minute * 60_000 + channel * 20
                readings.append((channel, at_ms, self._index[channel]))
            self._row += BATCH
            yield load(self._codec, first + 1, readings)

    def courier(self, port: int, rows: int) -> Courier:
        """Who brings the next batches; they hold no rows, since there may be millions."""
        courier = Courier(self.gateway, port, channels=CHANNELS, epoch=self.epoch, window=WINDOW, resend_s=60)
        courier.hold([Load(load.first, load.last, load.payload, ()) for load in self.loads(rows)])
        return courier


def senders(epoch: int) -> list[Sender]:
    """All of them at the beginning of an epoch."""
    return [Sender(number, epoch) for number in range(SENDERS)]


def add_channels(url: str) -> None:
    """The registers of the senders' further meters."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO meter (name, serial) SELECT 'g' || g || '-m' || c, 'g' || g || '-m' || c"
            "  FROM generate_series(0, %s) AS g, generate_series(1, %s) AS c",
            (SENDERS - 1, CHANNELS - 1),
        )
        owner.execute(
            "INSERT INTO register (meter_id, name, unit, kind)"
            " SELECT id, 'energy_import_total', 'kWh', 'index' FROM meter ON CONFLICT DO NOTHING"
        )


def copy_blocks(rows: int, registers: Mapping[str, int]) -> list[bytes]:
    """The batches of all senders, in turn, as plain COPY takes them; `registers` are ids by the meter's name."""
    in_turn = zip(*(sender.loads(rows // SENDERS) for sender in senders(0)), strict=True)
    return [_block(number, load, registers) for row in in_turn for number, load in enumerate(row)]


def _block(sender: int, load: Load, registers: Mapping[str, int]) -> bytes:
    ids = np.array([registers[f"g{sender}-m{number}"] for number in range(CHANNELS)], dtype=np.int64)
    readings = np.array(load.rows, dtype=np.int64)
    size = len(readings)
    short = np.zeros(size, dtype=np.int16)
    source = np.full(size, sender + 1, dtype=np.int64)
    sequence = np.arange(load.first, load.last + 1, dtype=np.int64)
    step_s = np.zeros(size, dtype=np.int32)
    rows = ReadingColumns(ids[readings[:, 0]], readings[:, 1], readings[:, 2], short, short, source, sequence, step_s)
    return evidence.COPY_HEADER + evidence.laid_out(rows) + evidence.COPY_TRAILER
