import io
from typing import Any

from common.errors import UnavailableError
from tests.cloud_service.ecb_files import history_csv, xml
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

RATES = (
    "SELECT currency, day::text, trim_scale(rate)::text, source FROM currency_rate WHERE day = '2026-11-27' ORDER BY 1"
)


def where_of(console: Console, page: str = "") -> str:
    return f"/settings/entities/{console.ids['entity']}/rates{page}"


def send(console: Console, page: str, **typed: Any) -> Any:
    return post(console.sign_in("admin"), where_of(console, page), where_of(console, page), **typed)


def in_euros(console: Console) -> None:
    """The company counts in euros from now on."""
    from sqlalchemy import text

    from cloud_service.store.database.session import transaction

    with transaction(console.engine) as session:
        session.execute(text("UPDATE legal_entity SET currency = 'EUR' WHERE name = 'Kilo Ltd'"))


def test_a_file_of_the_bank_is_known_by_its_looks(fresh: Console) -> None:
    in_euros(fresh)
    typed = {
        "currencies": "usd, gbp",
        "since": "2026-11-27",
        "document": "",
        "file": (io.BytesIO(history_csv()), "x.csv"),
    }
    admin = fresh.sign_in("admin")
    assert 302 == post(admin, where_of(fresh, "/import"), where_of(fresh, "/import"), **typed).status_code

    assert [
        ("GBP", "2026-11-27", "1.1414222121", "European Central Bank"),
        ("USD", "2026-11-27", "0.8602890571", "European Central Bank"),
    ] == [tuple(row) for row in database_rows(fresh, RATES)]
    page = text_of(admin.get(where_of(fresh)).text)
    assert "2 rates are new: USD, GBP, 2026-11-27 to 2026-11-27." in page
    assert "European Central Bank" in page
    assert "USD by day" in text_of(fresh.sign_in("admin").get(where_of(fresh, "?currency=USD")).text)


def test_a_company_whose_currency_the_bank_does_not_publish_is_told_what_else_to_do(fresh: Console) -> None:
    answer = send(fresh, "/import", document="", currencies="USD", since="", file=(io.BytesIO(xml()), "d.xml"))

    assert (422, True) == (answer.status_code, 'id="e-file"' in answer.text)
    assert "the bank publishes no rate of KES" in text_of(answer.text)
    assert "day,currency,rate" in text_of(answer.text)


def test_one_s_own_rates_are_typed_or_sent_and_never_changed(fresh: Console) -> None:
    rates = "day,currency,rate\n2026-11-27,USD,129.5\n"
    assert 302 == send(fresh, "/import", document=rates, currencies="", since="").status_code
    other = send(fresh, "/import", document=rates.replace("129.5", "130"), currencies="", since="")

    assert (422, True) == (other.status_code, "is known as 129.5" in other.text)
    assert [("USD", "2026-11-27", "129.5", "")] == [tuple(row) for row in database_rows(fresh, RATES)]


def test_the_bank_is_asked_at_once_and_a_bank_that_does_not_answer_is_said(fresh: Console) -> None:
    in_euros(fresh)
    asked: list[str] = []

    def answering(address: str) -> bytes:
        asked.append(address)
        return xml()

    def silent(address: str) -> bytes:
        raise UnavailableError("www.ecb.europa.eu cannot be reached", path="address")

    admin = fresh.sign_in("admin")
    fresh.app.config["DOWNLOAD"] = silent
    assert 302 == post(admin, where_of(fresh), where_of(fresh, "/fetch")).status_code
    assert "No rates came: www.ecb.europa.eu cannot be reached" in text_of(admin.get(where_of(fresh)).text)
    fresh.app.config["DOWNLOAD"] = answering
    post(admin, where_of(fresh), where_of(fresh, "/fetch"))

    assert ["https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"] == asked


def test_fetching_by_itself_is_set_where_its_address_is_safe(fresh: Console) -> None:
    unsafe = send(fresh, "/automatic", automatic="yes", address="http://10.0.0.1/")
    assert (422, True) == (unsafe.status_code, 'id="e-address"' in unsafe.text)
    assert 302 == send(fresh, "/automatic", automatic="yes", address="https://mirror.example/").status_code
    assert [(True, "https://mirror.example/")] == [
        tuple(row) for row in database_rows(fresh, "SELECT automatic, address FROM rate_fetching")
    ]


def test_only_who_manages_sees_and_changes_rates(console: Console) -> None:
    for page in ("", "/import", "/automatic"):
        assert 404 == console.sign_in("billing").get(where_of(console, page)).status_code
