"""An address in its fields."""

from cloud_service.domain.customers.postal_address import PostalAddress, address_of, at_most_three, lines_of
from cloud_service.store.customers.clients import ClientFields


def test_an_address_without_any_field_is_none() -> None:
    assert (False, True, True) == (
        bool(PostalAddress()),
        bool(PostalAddress(city="Kiel")),
        bool(PostalAddress("Kai 1")),
    )


def test_lines_are_those_with_something_in_them() -> None:
    assert ("Kai 1", "Hof") == lines_of(" Kai 1 \n\n Hof") == PostalAddress(" Kai 1 \n\n Hof").street_lines


def test_what_is_more_than_three_lines_stands_in_the_third() -> None:
    assert ("a\nb\nc, d, e", "a\nb", "") == (
        at_most_three(tuple("abcde")),
        at_most_three(("a", "b")),
        at_most_three(()),
    )


def test_the_fields_of_whoever_has_an_address() -> None:
    client = ClientFields("Ann", street="Kai 1", postcode="20457", city="Hamburg", region="HH")

    assert PostalAddress("Kai 1", "20457", "Hamburg", "HH") == address_of(client)
