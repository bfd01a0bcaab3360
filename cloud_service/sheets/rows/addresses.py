"""The address of a row: in fields, or one text; beside a postcode or city a column *Address* holds the street."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cloud_service.domain.customers.address_check import fitting
from cloud_service.domain.customers.postal_address import (
    CHECKED,
    PARTS,
    Addressed,
    PostalAddress,
    address_of,
)
from cloud_service.sheets.rows.made_rows import refuse


def address_fields(fields: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """The fields of a row with its address as it is meant; refused where it says the address twice."""
    if not any(fields[field] for field in PARTS):
        return dict(fields)
    address, street = fields["address"], fields["street"]
    if address and street:
        raise refuse(columns["address"], address, "the address stands there twice", "leave one of the columns out")
    return {**fields, "address": "", "street": street or address}


def with_rules(given: Mapping[str, str], country: str) -> dict[str, Any]:
    """What is given for a new record; fields are to fit their country, the company's unless given."""
    rules = {"address_state": CHECKED, "country": country} if any(given.get(field) for field in PARTS) else {}
    return rules | dict(given)


def as_stored(fields: Mapping[str, str], stored: Addressed) -> dict[str, str]:
    """The fields of a row as they would be stored, to be compared with what is checked there: `ls14ap` is `LS1 4AP`."""
    if not any(fields[field] for field in PARTS) or stored.address_state != CHECKED:
        return dict(fields)
    country, there = fields["country"] or stored.country, asdict(address_of(stored))
    said = {field: fields[field] for field in PARTS if fields[field]}
    checked = asdict(fitting(PostalAddress(**there | said), country))
    return {**fields, **{field: checked[field] for field in said}}
