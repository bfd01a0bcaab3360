import pytest

from cloud_service.web.access import ROLES, May, policy_of
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.routes import address, routes

OTHERS = (  # what belongs to entity Zeta and its client Zoe
    "/bills/{ZET-1}",
    "/bills/{ZET-1}/invoice_pdf",
    "/clients/{Zoe}",
    "/accounts/{Z-1}",
    "/accounts/{Z-1}/statement.csv",
    "/connections/{K-3}",
    "/points/{Hof 1}",
    "/meters/{M-3}",
    "/meters/{M-3}/load",
    "/meters/{M-3}/intervals.csv",
    "/gateways/{gw-K-3}",
    "/tariffs/{T-K-3}",
)
WITHOUT = (
    "bills.paper", "portal.paper", "portal.pay", "runs.show", "help.article", "help.picture", "gateway_forms.mount",
    "own_payments.receipt",
    "companies.add", "printing.file", "provider_money.settle",
    "reading_rounds.photo", "estimates.withdraw", "sheets.job", "sheets.job_report",
    "reading_rounds.photo", "batches.show", "batches.values", "batches.file", "bill_files.pdfs", "bill_files.einvoices",
)  # fmt: skip
LISTS = ("/bills", "/payments", "/clients", "/accounts", "/connections", "/points", "/meters", "/gateways", "/tariffs")


def filled(path: str, console: Console) -> str:
    name = path.partition("{")[2].partition("}")[0]
    return path.replace("{" + name + "}", str(console.ids[name]))


@pytest.mark.parametrize("role", ["admin", "billing", "support", "auditor"])
@pytest.mark.parametrize("path", OTHERS)
def test_what_belongs_to_another_entity_does_not_exist(console: Console, role: str, path: str) -> None:
    where = filled(path, console)

    assert 404 == console.sign_in(role).get(where).status_code
    if not path.endswith("invoice_pdf"):
        assert 200 == console.sign_in("root").get(where).status_code


@pytest.mark.parametrize(
    "path", [*LISTS, *(f"{path}.csv" for path in LISTS), "/search?q=Z", "/dashboard", "/support?q=Zoe"]
)
def test_no_list_names_what_belongs_to_another_entity(console: Console, path: str) -> None:
    seen = console.sign_in("admin").get(path).text

    for theirs in ("ZET-1", "Zoe Zorn", "Z-1<", "meter-M-3", "gw-K-3", "Tariff K-3", "Hof 1"):
        assert theirs not in seen


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_reaches_what_its_policy_says_and_nothing_else(console: Console, role: str) -> None:
    person = console.sign_in("amina" if role == "client" else role)
    for rule in routes(console.app):
        policy = policy_of(console.app, rule.endpoint)
        methods = rule.methods or set()
        if policy is None or policy.public or "GET" not in methods or rule.endpoint.startswith("security."):
            continue
        if rule.endpoint in WITHOUT:
            continue  # lead elsewhere or need what this operator has not
        with person.get(address(rule, console)) as answer:  # a file that is not read to its end holds a connection
            status = answer.status_code

        assert (status < 400) == (policy.needs <= ROLES[role]), (role, rule.rule, status)


def test_a_customer_sees_their_own_bills_and_nobody_elses(console: Console) -> None:
    amina = console.sign_in("amina")

    assert "INV-2" in amina.get("/portal/bills").text
    assert 200 == amina.get(f"/portal/bills/{console.ids['INV-1']}").status_code
    for theirs in ("INV-3", "ZET-1"):
        assert theirs not in amina.get("/portal/bills").text
        assert theirs not in amina.get("/portal/bills.csv").text
        for page in ("", "/invoice_pdf", "/pay"):
            assert 404 == amina.get(f"/portal/bills/{console.ids[theirs]}{page}").status_code


def test_a_customer_cannot_read_a_meter_of_somebody_else_by_its_number(console: Console) -> None:
    amina = console.sign_in("amina")

    own = amina.get("/portal/usage/load").json
    assert own == amina.get("/portal/usage/load?meter=M-3").json
    assert "Meter M-1" in amina.get("/portal/usage?meter=M-3").text


def test_a_customer_reaches_no_page_of_the_console(console: Console) -> None:
    amina = console.sign_in("amina")

    for path in (*LISTS, "/dashboard", "/search?q=a", "/audit", "/users", "/support", f"/bills/{console.ids['INV-1']}"):
        assert 404 == amina.get(path).status_code


def test_only_who_manages_may_everything() -> None:
    assert May.MANAGE in ROLES["admin"]
    assert not any(May.MANAGE in ROLES[role] for role in ROLES if role != "admin")
    assert not {May.COLLECT, May.BILL, May.APPROVE} & (ROLES["support"] | ROLES["auditor"] | ROLES["client"])


def test_every_route_declares_who_may_call_it(console: Console) -> None:
    forgotten = [rule.endpoint for rule in routes(console.app) if policy_of(console.app, rule.endpoint) is None]

    assert [] == forgotten


def test_a_route_without_a_policy_is_refused(fresh: Console) -> None:
    fresh.app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")

    assert policy_of(fresh.app, "forgotten") is None
    assert 403 == fresh.sign_in("root").get("/forgotten").status_code


def test_a_stranger_is_asked_to_sign_in_wherever_it_is_not_public(console: Console) -> None:
    stranger = console.visitor()
    for rule in routes(console.app):
        policy = policy_of(console.app, rule.endpoint)
        if policy is None or policy.public or "GET" not in (rule.methods or ()):
            continue
        answer = stranger.get(address(rule, console))

        assert (302, True) == (answer.status_code, answer.location.startswith("/sign-in")), rule.rule


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(console: Console) -> None:
    answer = console.visitor().get("/bills", headers={"HX-Request": "true"})

    assert (401, "/sign-in") == (answer.status_code, answer.headers["HX-Redirect"])
