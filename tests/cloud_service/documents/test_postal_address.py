import pytest

from cloud_service.documents.postal_address import PostalAddress, split_address


@pytest.mark.parametrize(
    ("address", "postal"),
    [
        (("Hafenstraße 12", "20457 Hamburg"), PostalAddress(("Hafenstraße 12",), "20457", "Hamburg")),
        (("Ngong Road 41", "00100 Nairobi", "Kenya"), PostalAddress(("Ngong Road 41", "Kenya"), "00100", "Nairobi")),
        (("10 Downing Street", "London SW1A 2AA"), PostalAddress(("10 Downing Street",), "SW1A 2AA", "London")),
        (("1 Main St", "Springfield, IL 62704"), PostalAddress(("1 Main St",), "IL 62704", "Springfield")),
        (("Damrak 1", "1012 LG Amsterdam"), PostalAddress(("Damrak 1",), "1012 LG", "Amsterdam")),
        (("Street 5", "Dubai"), PostalAddress(("Street 5",), "", "Dubai")),
        (("Somewhere",), PostalAddress(("Somewhere",))),
        ((), PostalAddress(())),
    ],
)
def test_addresses_are_taken_apart(address: tuple[str, ...], postal: PostalAddress) -> None:
    assert postal == split_address(address)
