import pytest
from werkzeug.routing import Rule

from cloud_service.web.access import policy_of
from tests.cloud_service.web.conftest import Console, enter, post
from tests.cloud_service.web.routes import address, routes

PROVIDERS_CALL = {"webhooks.receive"}  # signed by the provider, so they carry no token of ours
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def test_no_unsafe_method_works_without_a_token(fresh: Console) -> None:
    root = fresh.sign_in("root")
    tried = 0
    for rule in routes(fresh.app):
        for method in UNSAFE & set(rule.methods or ()):
            if rule.endpoint in PROVIDERS_CALL:
                continue
            answer = root.open(address(rule, fresh), method=method, data={"name": "x"})
            tried += 1

            assert answer.status_code in (400, 404), (method, rule.rule, answer.status_code)
            if policy_allows(fresh, rule):
                assert "This form has expired" in answer.text, (method, rule.rule)

    assert tried > 20


def policy_allows(console: Console, rule: Rule) -> bool:
    """Whether an administrator gets as far as the token."""
    policy = policy_of(console.app, rule.endpoint)
    return policy is not None and "portal" not in policy.needs


def test_tries_from_one_address_are_limited_and_looking_is_not(fresh: Console) -> None:
    client = fresh.visitor()
    answers = [enter(client, f"somebody{n}@kilo.example", "wrong words here") for n in range(12)]

    assert 429 == answers[-1]
    assert 200 == answers[0]
    assert 200 == client.get("/sign-in").status_code


@pytest.mark.parametrize("path", ["/bills?q=%00", "/search?q=a%00", "/meters/energy?site=%00", "/bills.csv?q=%00"])
def test_what_no_text_holds_is_refused_in_words(console: Console, path: str) -> None:
    answer = console.sign_in("admin").get(path)

    assert (422, True) == (answer.status_code, "control character" in answer.text)


def test_a_form_with_what_no_text_holds_is_refused_in_words(console: Console) -> None:
    address = f"/connections/{console.ids['K-1']}/meter"
    answer = post(console.sign_in("admin"), "/settings", address, meter="\0")

    assert (422, True) == (answer.status_code, "control character" in answer.text)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("page", ["/meters/{M-1}", "/meters/{M-1}/estimate", "/meters/{M-1}/load", "/meters/energy"])
def test_days_that_nobody_can_reckon_with_are_refused_in_words(console: Console, page: str, day: str) -> None:
    path = page.replace("{M-1}", str(console.ids["M-1"]))
    answer = console.sign_in("admin").get(path, query_string={"from": day, "to": day})

    assert (422, True) == (answer.status_code, "is not a day" in answer.text)


def test_a_place_in_a_list_that_cannot_be_is_its_beginning(console: Console) -> None:
    assert 200 == console.sign_in("admin").get(f"/statements?before={'9' * 30}").status_code
