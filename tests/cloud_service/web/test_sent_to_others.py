"""Whatever is sent to what belongs to others, or by somebody who only reads, is refused; for each route there is."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from cloud_service.web.access import policy_of
from tests.cloud_service.web.conftest import Console, token
from tests.cloud_service.web.routes import address, routes

OURS = {
    "bills": "INV-1", "clients": "Amina", "accounts": "A-1", "connections": "K-1", "meters": "M-1",
    "gateways": "gw-K-1", "points": "Lake House 1", "tariffs": "T-K-1",
}  # fmt: skip
THEIRS = {
    "bills": "ZET-1", "clients": "Zoe", "accounts": "Z-1", "connections": "K-3", "meters": "M-3", "gateways": "gw-K-3",
    "points": "Hof 1", "tariffs": "T-K-3",
}  # fmt: skip
OWN = ("/me", "/portal", "/sign", "/batches", "/lists", "/preferences")  # what everybody has


def sent_routes(console: Console) -> Iterator[tuple[Rule, str]]:
    for rule in routes(console.app):
        policy = policy_of(console.app, rule.endpoint)
        if policy is None or policy.public or rule.endpoint.startswith(("security.", "static")):
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            yield rule, method


@pytest.mark.parametrize("who", ["admin", "billing"])
def test_nothing_of_others_can_be_asked_for_or_changed(fresh: Console, who: str) -> None:
    person = fresh.sign_in(who)
    csrf = token(person.get("/me/password").text)
    tried, open_to_us = 0, []
    for rule, method in sent_routes(fresh):
        area = rule.rule.split("/")[1]
        if "<uuid:public_id>" not in rule.rule or area not in THEIRS:
            continue
        tried += 1
        path = address(rule, fresh).replace(str(fresh.ids[OURS[area]]), str(fresh.ids[THEIRS[area]]))
        with person.open(
            path, method=method, data={"csrf_token": csrf}, headers={"Referer": "http://localhost/me"}
        ) as answer:
            if answer.status_code not in (403, 404):
                open_to_us.append((rule.rule, method, answer.status_code))

    assert [] == open_to_us
    assert tried > 60


@pytest.mark.parametrize("who", ["auditor", "amina"])
def test_who_only_reads_changes_nothing(fresh: Console, who: str) -> None:
    person = fresh.sign_in(who)
    headers = {"Referer": "http://localhost/me"}
    data = {"csrf_token": token(person.get("/me/password").text)}
    allowed = [
        (rule.rule, status)
        for rule, method in sent_routes(fresh)
        if method == "POST" and not rule.rule.startswith(OWN)
        and (status := person.post(address(rule, fresh), data=data, headers=headers).status_code) not in (403, 404)
    ]  # fmt: skip

    assert [] == allowed


def test_no_number_in_an_address_is_too_large(console: Console) -> None:
    root = console.sign_in("root")
    for rule, method in sent_routes(console):
        if "<int:" in rule.rule and method == "GET":
            path = address(Rule(re.sub(r"<int:[^>]+>", "9" * 25, rule.rule), endpoint=rule.endpoint), console)
            with root.get(path) as answer:
                assert answer.status_code < 500, rule.rule
