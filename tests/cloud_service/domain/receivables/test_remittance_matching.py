"""Transfers find their invoices by what payers write; nothing is booked on a guess."""

import random
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.remittance_matching import OpenItem, OpenItems

D = Decimal


def item(number: str = "INV-2026-00007", account: int = 1, left: str = "118.29", currency: str = "EUR") -> OpenItem:
    return OpenItem(number, account, f"A{account:04}", f"C-{account:05}", currency, D(left))


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-00007",
        "Rechnung inv-2026-00007 vom 5.11.2026",
        "INV 2026 00007",
        "INV202600007",
        "Rg.Nr. INV/2026/00007, Kd 17",
        "INV-2026-0 0007",
        "ZAHLUNG INV-20 26-00007 DANKE",
        "RechnungINV-2026-00007",
    ],
)
def test_an_invoice_number_is_found_however_it_is_written(text: str) -> None:
    found = OpenItems([item()]).match(D("118.29"), "EUR", text)

    assert found is not None
    assert ({"INV-2026-00007": D("118.29")}, "number and amount") == (found.amounts, found.rule)


@pytest.mark.parametrize("text", ["INV-2026-00008", "INV-2026-000071", "2026-00007", "00007", "", "X-INV-2026-1"])
def test_another_number_is_not_taken_for_it(text: str) -> None:
    assert OpenItems([item()]).match(D("118.29"), "EUR", text) is None


def test_a_number_that_other_words_stick_to_counts_with_the_exact_amount_only() -> None:
    assert OpenItems([item()]).match(D("118.28"), "EUR", "XINV-2026-00007") is None


def test_too_little_pays_a_part_and_too_much_leaves_the_rest_as_credit() -> None:
    items = OpenItems([item()])
    less, more = (items.match(D(amount), "EUR", "INV-2026-00007") for amount in ("100.00", "200.00"))

    assert less is not None
    assert more is not None
    assert ({"INV-2026-00007": D("100.00")}, "number, other amount") == (less.amounts, less.rule)
    assert {"INV-2026-00007": D("118.29")} == more.amounts


def test_one_transfer_for_two_invoices_pays_them_in_the_order_named() -> None:
    items = OpenItems([item(), item("INV-2026-00008", left="50.00")])
    found = items.match(D("168.29"), "EUR", "INV-2026-00008 INV-2026-00007")

    assert found is not None
    assert {"INV-2026-00008": D("50.00"), "INV-2026-00007": D("118.29")} == found.amounts


def test_a_transfer_for_two_accounts_is_left_for_a_person() -> None:
    items = OpenItems([item(), item("INV-2026-00008", account=2)])

    assert items.match(D("236.58"), "EUR", "INV-2026-00007 INV-2026-00008") is None


def test_a_number_that_two_companies_use_is_left_for_a_person() -> None:
    items = OpenItems([item(), item(account=2)])

    assert items.match(D("118.29"), "EUR", "INV-2026-00007") is None
    assert OpenItems([item(currency="KES")]).match(D("118.29"), "EUR", "C-00001") is None


def test_another_currency_never_pays() -> None:
    assert OpenItems([item(currency="KES")]).match(D("118.29"), "EUR", "INV-2026-00007") is None


def test_a_client_s_number_counts_with_the_exact_amount_only() -> None:
    items = OpenItems([item(), item("INV-2026-00009", left="30.00")])

    exact = items.match(D("30.00"), "EUR", "Kunde C-00001")
    everything = items.match(D("148.29"), "EUR", "Konto A0001")
    assert exact is not None
    assert everything is not None
    assert ({"INV-2026-00009": D("30.00")}, 2) == (exact.amounts, len(everything.amounts))
    assert items.match(D("31.00"), "EUR", "Kunde C-00001") is None


def test_a_labelled_crowd_is_matched_mostly_and_never_wrongly() -> None:
    source = random.Random(7)
    opened = [item(f"INV-2026-{at:05}", at % 900, f"{source.randint(1000, 99999) / 100:.2f}") for at in range(1, 5001)]
    items = OpenItems(opened)
    styles = ("{n}", "Rechnung {n}", "{s}", "Rg {n} v. 5.11.", "Zahlung {b}", "danke", "{wrong}")
    right = wrong = told = 0
    for one in source.sample(opened, 2000):
        style = source.choice(styles)
        squeezed = one.number.replace("-", "")
        text = style.format(n=one.number, s=squeezed, b=f"{one.number[:11]} {one.number[11:]}", wrong="INV-2027-99999")
        known = "danke" not in style and "{wrong}" not in style
        found = items.match(one.outstanding, "EUR", text)
        told += known
        right += found is not None and found.amounts == {one.number: one.outstanding}
        wrong += found is not None and set(found.amounts) != {one.number}

    assert 0 == wrong
    assert right >= told * 0.95


@pytest.mark.parametrize(
    ("number", "text", "amount", "found"),
    [
        ("2025/0815", "Rechnung 2025/0815 vielen Dank", "100.00", True),
        ("2025/0815", "Rechnung Nr. 2025 0815", "118.29", True),
        ("RE4711", "Zahlung, RE4711; Wohnung 3", "1.00", True),
        ("4711", "Rechnung 4711", "118.29", True),
        ("4711", "Rechnung 4711", "100.00", False),  # could be any number
        ("4711", "Rechnung 47110", "118.29", False),
        ("OPENING-A1", "opening-a1 danke", "5.00", True),
    ],
)
def test_a_number_of_other_books_is_found_as_a_word(number: str, text: str, amount: str, *, found: bool) -> None:
    match = OpenItems([item(number)]).match(D(amount), "EUR", text)

    assert found == (match is not None)


@pytest.mark.parametrize(
    ("number", "text", "certain"),
    [
        ("11", "Miete 11 2026", False),
        ("2026", "rent 2026", False),
        ("17", "flat 17", False),
        ("17", "17.11.2026 thanks", False),
        ("318", "Rechnung 318 danke", True),
        ("318", "Rg.-Nr.: 318", True),
        ("4711", "rent 4711", True),
        ("R17", "rent R17", True),
    ],
)
def test_a_short_number_names_a_bill_only_where_a_word_says_so(number: str, text: str, certain: bool) -> None:
    match = OpenItems([item(number)]).match(D("118.29"), "EUR", text)

    assert certain is (match is not None)


@pytest.mark.parametrize(("text", "certain"), [("apartment 7", False), ("7", False), ("Kunde 7", True)])
def test_a_short_account_number_is_one_only_where_a_word_says_so(text: str, certain: bool) -> None:
    items = OpenItems([OpenItem("INV-2026-00007", 1, "7", "7", "EUR", D("118.29"))])

    assert certain is (items.match(D("118.29"), "EUR", text) is not None)
