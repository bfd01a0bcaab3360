"""What becomes of an address when somebody enters or changes it: fields are checked, a text is read and marked so."""

from dataclasses import asdict
from typing import Any

from cloud_service.domain.customers.address_check import fitting, tidy
from cloud_service.domain.customers.address_habits import check_country
from cloud_service.domain.customers.address_reader import read_address
from cloud_service.domain.customers.postal_address import (
    AS_WRITTEN,
    CHECKED,
    READ,
    STATES,
    Addressed,
    PostalAddress,
    address_of,
)
from cloud_service.domain.customers.printed_address import printed_lines
from common.errors import InputError

NOBODY: dict[str, str] = {"address": "", **asdict(PostalAddress()), "address_state": READ}


def settled_address(after: Addressed, before: Addressed | None = None) -> dict[str, Any]:
    """The address columns of somebody as they are kept: text, fields and state.

    Fields win over a text that came with them. What did not change stays as it is, right or not: who changes a phone
    number is not asked for a postcode.
    """
    address, old_address = address_of(after), address_of(before) if before else PostalAddress()
    if after.address_state not in STATES:
        raise InputError(f"{after.address_state!r} is no state of an address", path="address_state")
    if after.country and (before is None or after.country != before.country):
        check_country(after.country)
    if address != old_address:
        return _entered(address, after) if address else NOBODY
    if after.address != (before.address if before else ""):
        return _from_text(after.address, after.country)
    if before is not None and after.country != before.country:
        return _in_other_country(address, after, before)
    if before is not None and address and after.address_state != before.address_state:
        return _entered(address, after) | {"address": after.address}
    state = before.address_state if before else READ
    return {"address": after.address, **asdict(address), "address_state": state}


def is_stated(party: Addressed, name: str) -> bool:
    """Whether a field says something of its own: the state of an address that there is not says nothing."""
    return name != "address_state" or bool(party.address)


def _entered(address: PostalAddress, party: Addressed) -> dict[str, str]:
    if not party.country:
        raise InputError("the country of the address is missing", path="country", hint="two capitals, for example DE")
    as_written = party.address_state == AS_WRITTEN
    settled = tidy(address) if as_written else fitting(address, party.country)
    lines = "\n".join(printed_lines(settled, party.country))
    return {"address": lines, **asdict(settled), "address_state": AS_WRITTEN if as_written else CHECKED}


def _from_text(text: str, country: str) -> dict[str, str]:
    address = read_address(text, country)
    return {"address": text.strip(), **asdict(address), "address_state": READ}


def _in_other_country(address: PostalAddress, after: Addressed, before: Addressed) -> dict[str, str]:
    """The same address, read or checked by the rules of the country that it has now."""
    if before.address_state == READ or not address:
        return _from_text(after.address, after.country)
    return _entered(address, after)
