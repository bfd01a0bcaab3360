"""Who issues bills, by commands."""

from tests.cloud_service.cli.commands import call, printed, refusal


def test_an_empty_installation_begins_with_its_company(named_database: str) -> None:
    call("entity", "add", "Hof Energie GmbH", "--currency", "EUR", "--timezone", "Europe/Vienna", "--country", "AT")
    call("entity", "bank", "AT61 1904 3002 3457 3201", "--holder", "Hof Energie GmbH", "--currency", "EUR")
    assert "iban" == refusal("entity", "bank", "AT62 1904 3002 3457 3201", "--holder", "X", "--currency", "EUR").path
    assert "timezone" == refusal("entity", "add", "X", "--currency", "EUR", "--timezone", "Mars").path
    assert {"changed": ["email"]} == call("entity", "edit", "--email", "bills@hof.example")
    (company,) = call("entity", "list")
    assert ("Hof Energie GmbH", "bills@hof.example") == (company["name"], company["email"])
    assert "C-1001" == call("client", "add", "First Client")["number"]


def test_companies_are_listed_with_what_bills_need(named_database: str) -> None:
    assert "" == printed("entity", "list")
    printed("entity", "add", "Hof Energie GmbH", "--currency", "EUR", "--timezone", "Europe/Vienna", "--country", "AT")

    head, row = printed("entity", "list").splitlines()
    assert ["ID", "NAME", "COUNTRY", "CURRENCY", "TIMEZONE", "EMAIL"] == head.split()
    assert row.endswith("Hof Energie GmbH  AT       EUR       Europe/Vienna")


def test_ids_of_the_tax_office_are_kept_beside_the_vat_id(named_database: str) -> None:
    call("entity", "add", "Lake", "--currency", "INR", "--timezone", "Asia/Kolkata", "--country", "IN",
         "--vat-id", "29ABCDE1234F1Z5", "--tax-number", "ABCDE1234F")  # fmt: skip
    (company,) = call("entity", "list")

    assert ("29ABCDE1234F1Z5", "ABCDE1234F", "") == (
        company["vat_id"], company["tax_number"], company["company_number"],
    )  # fmt: skip
