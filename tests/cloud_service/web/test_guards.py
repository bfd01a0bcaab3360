from werkzeug.routing import Rule

from cloud_service.web.access import policy_of
from tests.cloud_service.web.conftest import Console, enter
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
