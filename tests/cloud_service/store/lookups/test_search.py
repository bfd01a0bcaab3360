import pytest

from cloud_service.store.lookups.search import search
from tests.cloud_service.store.conftest import Office


@pytest.mark.parametrize(
    ("typed", "kind", "title"),
    [
        ("INV-1", "bill", "INV-1"),
        ("bakery", "client", "Bakery & Söhne"),
        ("A-1", "account", "A-1"),
        ("M-1", "meter", "M-1"),
        ("gw-K-2", "gateway", "gw-K-2"),
        ("K-1", "connection", "K-1"),
        ("Lake Shop 1", "service point", "Lake Shop 1"),
        ("R-1", "payment", "bank R-1"),
        ("T-K-2", "tariff", "Tariff K-2"),
    ],
)
def test_everything_is_found_by_its_number_or_name(office: Office, typed: str, kind: str, title: str) -> None:
    assert (kind, title) in [(row.kind, row.title) for row in search(office.session, office.kilo, typed)]


def test_the_exact_number_stands_first(office: Office) -> None:
    first = search(office.session, office.kilo, "a-1")[0]

    assert ("account", "A-1", 0) == (first.kind, first.title, first.rank)


@pytest.mark.parametrize("typed", ["ZET-1", "Zoe", "Hof", "%", "_", "  "])
def test_nothing_of_others_is_found_nor_by_signs_alone(office: Office, typed: str) -> None:
    assert [] == search(office.session, office.kilo, typed)


def test_a_customer_searches_nothing(office: Office) -> None:
    assert [] == search(office.session, office.amina, "INV-1")


@pytest.mark.parametrize(("typed", "kind"), [("INV-1", "bill"), ("R-1", "payment")])
def test_money_is_found_with_its_amount_and_currency(office: Office, typed: str, kind: str) -> None:
    (found,) = (row for row in search(office.session, office.kilo, typed) if row.kind == kind)

    assert (found.more, found.amount) == ("KES", found.amount)
    assert found.amount is not None
    assert found.amount > 0
