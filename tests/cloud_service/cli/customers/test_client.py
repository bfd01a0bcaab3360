"""Taking a client on from the command line: client, account, terms, and what is refused."""

from click.testing import CliRunner

from cloud_service.cli import cloud
from common.errors import ConflictError, InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal


def test_a_client_and_an_account_get_the_next_free_numbers(operator: World) -> None:
    client = call("client", "add", "Baraka Stores", "--kind", "company", "--address", r"Avenue 3\nNakuru")
    account = call(
        "account", "open", client["number"], "--currency", "EUR", "--mode", "prepaid", "--cycle", "quarterly"
    )

    assert ("C2", "A2", "Avenue 3\nNakuru") == (client["number"], account["account"], client["address"])
    assert ["A2"] == call("client", "show", "C2")["accounts"]
    (listed,) = call("account", "list", "--search", "Baraka")
    assert ("prepaid", "quarterly", "0") == (listed["mode"], listed["billing_cycle"], str(int(float(listed["credit"]))))


def test_an_address_is_given_in_fields_or_as_a_text_that_is_read(
    operator: World,
) -> None:
    fields = ("--street", r"Kai 1\nHinterhaus", "--postcode", "D-20457", "--city", "Hamburg", "--country", "DE")
    call("client", "edit", "C1", *fields)
    client = call("client", "show", "C1")
    assert ("Kai 1\nHinterhaus\n20457 Hamburg", "checked") == (client["address"], client["address_state"])

    changed = call("client", "edit", "C1", "--address", r"Weg 2\n10115 Berlin")["changed"]
    assert ["address", "street", "postcode", "city", "address_state"] == changed
    client = call("client", "show", "C1")
    assert ("Weg 2\n10115 Berlin", "10115", "read") == tuple(
        client[name] for name in ("address", "postcode", "address_state")
    )
    assert {"changed": ["address_state"]} == call("client", "edit", "C1", "--address-checked")
    assert {"changed": []} == call("client", "edit", "C1", "--address-checked")


def test_what_was_understood_of_a_text_is_said(operator: World) -> None:
    result = CliRunner().invoke(cloud, ("client", "edit", "C1", "--address", r"Weg 2\n10115 Berlin", "--country", "DE"))

    said = "address read as street 'Weg 2', postcode '10115', city 'Berlin'; --address-checked if that is right"
    assert said in result.stderr


def test_fields_and_a_text_are_not_given_together(operator: World) -> None:
    both = CliRunner().invoke(cloud, ("client", "edit", "C1", "--city", "Kiel", "--address", "Weg 2"))
    two = CliRunner().invoke(cloud, ("client", "edit", "C1", "--address-checked", "--address-as-written"))
    assert (2, 2) == (both.exit_code, two.exit_code)


def test_an_address_that_does_not_fit_is_refused_with_what_is_right(operator: World) -> None:
    fields = ("--street", "Kai 1", "--city", "Hamburg", "--country", "DE")
    short = refusal("client", "edit", "C1", *fields, "--postcode", "2045")
    assert ("postcode", True) == (short.path, "for example 26133" in short.hint)
    call("client", "edit", "C1", *fields, "--postcode", "2045", "--address-as-written")
    assert "as_written" == call("client", "show", "C1")["address_state"]
    assert "postcode" == refusal("client", "edit", "C1", "--city", "Kiel").path


def test_what_is_not_named_stays(operator: World) -> None:
    assert {"changed": ["phone", "country"]} == call("client", "edit", "C1", "--phone", "123", "--country", "AT")
    assert ("Tenant 1", "AT") == tuple(call("client", "show", "C1")[name] for name in ("name", "country"))
    assert {"changed": ["payment_terms_days", "settings"]} == call(
        "account", "terms", "A1", "--due-after", "30", "--set", "low_days=7", "--set", "debt_share=0.25"
    )
    assert {"changed": ["settings"]} == call("account", "terms", "A1", "--set", "low_days=")


def test_what_cannot_be_is_refused_with_its_field(operator: World) -> None:
    assert "country" == refusal("client", "add", "X", "--country", "Kenya").path
    assert "email" == refusal("client", "add", "X", "--email", "nobody").path
    assert "currency" == refusal("account", "open", "C1", "--currency", "euro").path
    assert "billing_cycle" == refusal("account", "terms", "A1", "--cycle", "weekly").path
    assert isinstance(refusal("account", "terms", "A1", "--set", "lowdays=7"), InputError)
    taken = refusal("client", "add", "X", "--number", "C1")
    assert (ConflictError, True) == (type(taken), "another client has this number" in str(taken))


def test_clients_whose_address_nobody_checked_are_listed(operator: World) -> None:
    call("client", "edit", "C1", "--address", "Weg 2, 10115 Berlin")
    assert ["C1"] == [row["number"] for row in call("client", "list", "--address", "read")]
    call("client", "edit", "C1", "--country", "DE", "--address-checked")
    assert [] == call("client", "list", "--address", "read")
