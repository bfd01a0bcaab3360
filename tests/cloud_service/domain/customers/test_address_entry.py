"""What becomes of an address that is entered, read or changed."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from cloud_service.domain.customers.address_entry import settled_address
from cloud_service.store.customers.clients import ClientFields
from common.errors import InputError

READ = ClientFields("Anna", address="Kai 1\n20457 Hamburg\nDeutschland", country="DE", street="Kai 1", postcode="20457",
                    city="Hamburg")  # fmt: skip
CHECKED = replace(READ, address="Kai 1\n20457 Hamburg", address_state="checked")
NAMES = ("address", "street", "postcode", "city", "region", "address_state")


def settled(after: ClientFields, before: ClientFields | None = None) -> tuple[str, ...]:
    """The columns of an address in their order."""
    address = settled_address(after, before)
    assert {*NAMES} == {*address}
    return tuple(address[name] for name in NAMES)


def test_a_text_is_kept_as_it_was_and_read_and_marked() -> None:
    text = ClientFields("Anna", address=READ.address, country="DE")

    assert (READ.address, "Kai 1", "20457", "Hamburg", "", "read") == settled(text)


def test_fields_are_checked_and_printed_by_the_habit_of_the_country() -> None:
    fields = ClientFields("Ann", country="GB", street="1 High St", postcode="ls14ap", city="Leeds")

    assert ("1 High St\nLeeds\nLS1 4AP", "1 High St", "LS1 4AP", "Leeds", "", "checked") == settled(fields)


@pytest.mark.parametrize(
    ("before", "change", "address"),
    [
        (READ, {"phone": "1"}, (READ.address, "Kai 1", "20457", "Hamburg", "", "read")),
        (READ, {"address_state": "checked"}, (READ.address, "Kai 1", "20457", "Hamburg", "", "checked")),
        (READ, {"city": "Kiel"}, ("Kai 1\n20457 Kiel", "Kai 1", "20457", "Kiel", "", "checked")),
        (READ, {"address": "Weg 2\n10115 Berlin"}, ("Weg 2\n10115 Berlin", "Weg 2", "10115", "Berlin", "", "read")),
        (CHECKED, {"address": "Weg 2"}, ("Weg 2", "Weg 2", "", "", "", "read")),
        (CHECKED, {"address": ""}, ("", "", "", "", "", "read")),
        (CHECKED, dict.fromkeys(("street", "postcode", "city"), ""), ("", "", "", "", "", "read")),
        (CHECKED, {"postcode": "?", "address_state": "as_written"},
         ("Kai 1\n? Hamburg", "Kai 1", "?", "Hamburg", "", "as_written")),
        (replace(READ, address="Leeds Rd\nYork YO1 6GA", street="Leeds Rd\nYork YO1 6GA", postcode="", city=""),
         {"country": "GB"}, ("Leeds Rd\nYork YO1 6GA", "Leeds Rd", "YO1 6GA", "York", "", "read")),
        (CHECKED, {"country": "AT", "postcode": "1010"},
         ("Kai 1\n1010 Hamburg", "Kai 1", "1010", "Hamburg", "", "checked")),
        (replace(CHECKED, country="UK"), {"phone": "1"}, (CHECKED.address, "Kai 1", "20457", "Hamburg", "", "checked")),
        (ClientFields("Old", address="Somewhere"), {"country": "DE"}, ("Somewhere", "Somewhere", "", "", "", "read")),
        (ClientFields("Old"), {"country": "DE", "address_state": "checked"}, ("", "", "", "", "", "read")),
    ],
)  # fmt: skip
def test_what_changes_is_checked_and_the_rest_stays(
    before: ClientFields, change: dict[str, Any], address: tuple[str, ...]
) -> None:
    assert address == settled(ClientFields(**asdict(before) | change), before)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"postcode": "1"}, "postcode"),
        ({"country": "GB"}, "postcode"),
        ({"country": ""}, "country"),
        ({"country": "UK"}, "country"),
        ({"address_state": "guessed"}, "address_state"),
        ({"street": "a\nb\nc\nd", "address_state": "as_written"}, "street"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(change: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        settled_address(replace(CHECKED, **change), CHECKED)

    assert path == caught.value.path
