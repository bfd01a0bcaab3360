"""Whether the fields of an address fit their country, and how they are written there."""

import re

from cloud_service.domain.customers.address_habits import POSTCODE, AddressHabits, habits_of
from cloud_service.domain.customers.postal_address import STREET_LINES_MAX, PostalAddress, lines_of
from common.errors import InputError

LONGEST = 200
SPACE_BEFORE_LAST = {"GB": 3, "IM": 3, "JE": 3, "GG": 3, "CA": 3, "NL": 2, "SE": 2, "CZ": 2, "SK": 2, "GR": 2, "IE": 4}
FOREIGN_PREFIX = re.compile(r"[A-Z]{1,3}[- ](?=\d)")  # D-20457
ANYWAY = "or keep it as it is written"


def tidy(address: PostalAddress) -> PostalAddress:
    """Without spaces that nobody meant; InputError where there are too many lines or signs."""
    street = lines_of(address.street)
    if len(street) > STREET_LINES_MAX:
        raise InputError(f"the street has {len(street)} lines", path="street", hint=f"{STREET_LINES_MAX} at most")
    others = {field: " ".join(getattr(address, field).split()) for field in ("postcode", "city", "region")}
    neat = PostalAddress("\n".join(" ".join(line.split()) for line in street), **others)
    for field in ("street", "postcode", "city", "region"):
        text = getattr(neat, field)
        if max(map(len, text.split("\n"))) > LONGEST or any(ord(sign) < ord(" ") and sign != "\n" for sign in text):
            raise InputError("this is too long or has control characters", path=field, hint=f"{LONGEST} characters")
    return neat


def fitting(address: PostalAddress, country: str) -> PostalAddress:
    """The address as its country writes it; InputError at the field that does not fit, with what is right."""
    habits = habits_of(country)
    address = tidy(address)
    for sign, field, noun in (("A", "street", "street"), ("C", "city", "city")):
        if sign in habits.needs and not getattr(address, field):
            raise InputError(f"the {noun} is missing", path=field, hint=f"{country} needs it, {ANYWAY}")
    return PostalAddress(
        address.street, _postcode(address.postcode, country, habits), address.city, _region(address, country, habits)
    )


def _postcode(typed: str, country: str, habits: AddressHabits) -> str:
    example = f"for example {habits.examples[0]}" if habits.examples else "leave it empty"
    if not typed:
        if "Z" in habits.needs:
            raise InputError("the postcode is missing", path="postcode", hint=f"{example}, {ANYWAY}")
        return ""
    if not habits.has(POSTCODE):
        raise InputError(f"addresses of {country} have no postcode", path="postcode", hint=f"leave it empty, {ANYWAY}")
    text = typed.upper().lstrip("〒").strip()
    for code in (text, FOREIGN_PREFIX.sub("", text, count=1), re.sub(r"[\s-]", "", text)):
        if not habits.postcode or re.fullmatch(habits.postcode, code):
            return _spaced(code, country)
    raise InputError(f"{typed!r} is no postcode of {country}", path="postcode", hint=f"{example}, {ANYWAY}")


def _spaced(code: str, country: str) -> str:
    bare, last = code.replace(" ", ""), SPACE_BEFORE_LAST.get(country, 0)
    return f"{bare[:-last]} {bare[-last:]}" if last and len(bare) > last else code


def _region(address: PostalAddress, country: str, habits: AddressHabits) -> str:
    typed = address.region or (address.city if "C" not in habits.needs and habits.region(address.city) else "")
    needed = "S" in habits.needs
    proposals = f"for example {', '.join(habits.like(typed))}" if habits.regions else "state or province"
    if not typed and needed:
        raise InputError("the region is missing", path="region", hint=f"{proposals}, {ANYWAY}")
    region = habits.region(typed.removeprefix(f"{country}-")) if typed else None
    if typed and region is None and needed and habits.regions:
        raise InputError(f"{typed!r} is no region of {country}", path="region", hint=f"{proposals}, {ANYWAY}")
    return region.printed(typed) if region else typed
