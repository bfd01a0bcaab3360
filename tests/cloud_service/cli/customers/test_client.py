"""Taking a client on from the command line: client, account, terms, and what is refused."""

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
