"""The fields of an address in a form."""

from cloud_service.store.customers.clients import ClientFields
from cloud_service.web.console.address_fields import address_fields, address_values, countries
from tests.cloud_service.web.conftest import Console


def options_of(party: ClientFields | None) -> list[str]:
    state = {field.key: field for field in address_fields("Address", party)}["address_state"]
    return [value for value, _label in state.options]


def test_that_nobody_looked_is_offered_only_where_it_is_so(console: Console) -> None:
    text = ClientFields("Ann", address="Kai 1\n20457 Hamburg", street="Kai 1")
    with console.app.test_request_context():
        assert ["read", "checked", "as_written"] == options_of(text)
        assert ["checked", "as_written"] == options_of(None) == options_of(ClientFields("Ann"))
        assert {"street": "Kai 1", "address_state": "read"}.items() <= address_values(text).items()


def test_every_country_is_offered_by_its_name(console: Console) -> None:
    with console.app.test_request_context():
        names = dict(countries())
    assert ("Germany", "Kenya", False) == (names["DE"], names["KE"], "ZZ" in names)
