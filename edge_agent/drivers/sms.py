"""Meters that send their reading as a short message: stored messages of a GSM modem, read by a pattern per model.

Only messages of the addressed number are looked at. A message is deleted only after its values have been committed; a
crash in between reads it again instead of losing it.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from common.errors import DecodeError, InputError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.sms_pdu import SmsPart, decode_deliver, encode_submit, whole_messages
from edge_agent.drivers.codecs.sms_text import values_in_text
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent, RegisterValue, register_names
from edge_agent.drivers.values import as_values, with_parts
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.modem import MessageStore, Modem
from edge_agent.transports.port import Port

STORES = ("SM", "ME")
REQUEST_EVERY_S = 3600.0  # each request costs money
DIGITS_COMPARED = 9  # the last digits of a number; what stands before differs by how it is written
FULL = 0.8  # of a store: then messages of operators and advertisers are deleted
SHORT = 7  # digits: numbers with fewer are services, never meters


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One whole message of a modem: `indices` are the places its parts have in the store (SM: card, ME: modem)."""

    store: str
    indices: list[int]
    message: SmsPart


class SmsDriver:
    """One modem; the address of a meter is its telephone number."""

    def __init__(
        self,
        port: Port,
        *,
        timeout_s: float = 5.0,  # noqa: ARG002 - every driver takes it; a modem has its own times
        retries: int = 0,  # noqa: ARG002 - every driver takes it
        pin: str = "",
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        line = transport or transport_for(replace(port, scheme="serial") if port.scheme == "modem" else port)
        self.modem = Modem(line)
        self.pin = pin
        self.clock = clock
        self.delivered: dict[str, StoredMessage] = {}
        self.asked_at: dict[str, float] = {}
        self.strangers = 0

    async def __aenter__(self) -> Self:
        try:
            await self.modem.start(self.pin)
        except ConnectionError as error:
            raise LineDown(str(error), path=self.port.name, hint="energy-edge doctor checks the modem") from error
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.modem.transport.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The values of the oldest message not yet taken, dated when it was sent."""
        names = register_names(profile, registers)
        number = _key(address)
        try:
            message = await self._oldest_message(number, address, profile)
        except ConnectionError as error:
            raise LineDown(str(error), path=self.port.name) from error
        self.delivered[number] = message
        sms = message.message
        values = values_in_text(profile, sms.text, with_parts(profile, names))
        if not values:
            raise BadAnswer(
                f"the message {sms.text[:60]!r} does not fit the profile",
                path=f"{self.port.name} {address}",
                hint="compare the patterns of the profile with the text",
            )
        return as_values(profile, names, values, int(sms.sent_at.timestamp() * 1000), meter_time=True)

    async def identify(self, address: str, profile: MeterProfile) -> str:  # noqa: ARG002 - a message names no model
        """The telephone number: a meter that only sends messages has no other."""
        return address

    async def committed(self, address: str) -> None:
        """Delete the message whose values were handed over."""
        message = self.delivered.pop(_key(address), None)
        if message is None:
            return
        try:
            for index in message.indices:
                await self.modem.delete(message.store, index)
        except ConnectionError as error:
            raise LineDown(str(error), path=self.port.name) from error

    async def _oldest_message(self, number: str, address: str, profile: MeterProfile) -> StoredMessage:
        messages = []
        for store in STORES:
            listing = await self.modem.stored(store)
            received = [(index, sms) for index, pdu in listing.messages if (sms := _received_message(pdu)) is not None]
            from_meter = [(index, sms) for index, sms in received if _digits(sms.sender)[-DIGITS_COMPARED:] == number]
            messages += [StoredMessage(store, indices, sms) for indices, sms in whole_messages(from_meter)]
            await self._make_room(store, received, listing)
        if messages:
            return min(messages, key=lambda stored: stored.message.sent_at)
        await self._request(address, profile)
        raise MeterSilent(
            "no message has come", path=f"{self.port.name} {address}", hint="is the meter set to send to this number?"
        )

    async def _make_room(self, store: str, received: list[tuple[int, SmsPart]], listing: MessageStore) -> None:
        """A store full of advertisements takes no readings: then those of operators and services are deleted."""
        if not listing.total or listing.used < FULL * listing.total:
            return
        for index, sms in received:
            if len(_digits(sms.sender)) < SHORT:
                self.strangers += 1
                await self.modem.delete(store, index)

    async def _request(self, address: str, profile: MeterProfile) -> None:
        """Ask for a reading where the model wants to be asked, not more often than once an hour."""
        text = profile.options.get("sms_request")
        if not text or self.clock() - self.asked_at.get(address, -REQUEST_EVERY_S) < REQUEST_EVERY_S:
            return
        await self.modem.send(*encode_submit(address, str(text)))
        self.asked_at[address] = self.clock()


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _key(address: str) -> str:
    """What numbers are compared by."""
    if not re.fullmatch(r"\+?[0-9 ]+", address) or len(_digits(address)) < SHORT:
        raise InputError(f"{address!r} is no telephone number", hint="for example +491701234567")
    return _digits(address)[-DIGITS_COMPARED:]


def _received_message(pdu: bytes) -> SmsPart | None:
    """A received message; sent ones, reports and damaged ones are none."""
    try:
        return decode_deliver(pdu)
    except DecodeError:
        return None
