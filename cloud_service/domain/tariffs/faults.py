"""All that is wrong with a tariff document at once, each with its place, for the one who writes it."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from cloud_service.domain.tariffs.document import SCHEMA_HINT
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError

MOST = 20
ITEM = re.compile(r"(?:versions\[(?P<version>\d+)\]\.)?(?P<list>charges|taxes)\[(?P<index>\d+)\]")
PLACE = re.compile(r"(?:versions\[(?P<version>\d+)\])?\.?(?P<key>[a-z]*)")
UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]+)`")
SOUND = {"id": "x", "currency": "EUR", "name": "", "format": 1, "source": ""}
"""What stands in for a field of the document itself that is wrong, while the rest is looked at."""


def faults(document: Mapping[str, Any], most: int = MOST) -> list[InputError]:
    """What keeps a document from being priced, in the order of its places; none if nothing does.

    What has the wrong shape is set aside and the rest looked at again. What refers to nothing is only said once all
    shapes are right, since it may refer to what was set aside.
    """
    errors: list[InputError] = []
    remaining = deepcopy(dict(document))
    while len(errors) < most:
        try:
            load_tariff(remaining)
        except InputError as error:
            if errors and error.hint != SCHEMA_HINT:
                break
            errors.append(error)
            if error.hint != SCHEMA_HINT or not _set_aside(remaining, error):
                break
        else:
            break
    return errors


def _set_aside(document: dict[str, Any], error: InputError) -> bool:
    """Put something sound where the error is; whether that could be done."""
    unknown = UNKNOWN.search(error.message)
    match = ITEM.match(error.path)
    if match is not None:
        listed = _version(document, match["version"]).get(match["list"]) or document.get(match["list"])
        index = int(match["index"])
        if not isinstance(listed, list) or index >= len(listed):
            return False
        if unknown and isinstance(listed[index], dict) and listed[index].pop(unknown["name"], None) is not None:
            return True
        listed[index] = _sound(match["list"], listed[index], index)
        return True
    place = PLACE.match(error.path.removeprefix("$"))
    version = _version(document, place["version"] if place else None)
    holders = (version, document)
    if unknown:
        return any(holder.pop(unknown["name"], None) is not None for holder in holders)
    key = place["key"] if place else ""
    if key not in SOUND:
        return False
    holder = version if key in version else document
    holder[key] = SOUND[key]
    return True


def _version(document: dict[str, Any], index: str | None) -> dict[str, Any]:
    if index is None:
        return document
    version: dict[str, Any] = document["versions"][int(index)]
    return version


def _sound(kind: str, entry: Any, index: int) -> dict[str, Any]:
    """A charge or tax that can be read, under the name of the one that cannot."""
    fields = entry if isinstance(entry, dict) else {}
    if kind == "taxes":
        name = fields.get("name")
        return {"name": name if isinstance(name, str) and name else f"tax {index}", "percent": "0"}
    name = fields.get("id")
    return {"kind": "standing", "amount": "0", "per": "month", "id": name if isinstance(name, str) else ""}
