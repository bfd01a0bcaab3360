"""Where the money of a company goes, by commands."""

import pytest

from tests.cloud_service.cli.commands import call, printed, refusal


@pytest.fixture
def company(named_database: str) -> None:
    call("entity", "add", "Lake", "--currency", "KES", "--timezone", "Africa/Nairobi", "--country", "KE")


@pytest.mark.parametrize(
    ("options", "scheme", "account"),
    [
        (("--routing", "021000021", "--account", "123456789"), "us", "021000021 123456789"),
        (("--sort-code", "12-34-56", "--account", "12345678"), "uk", "12-34-56 12345678"),
        (("--ifsc", "HDFC0001234", "--account", "50100012345678"), "in", "HDFC0001234 50100012345678"),
        (("--bank-code", "01", "--branch-code", "094", "--account", "1100161816677"), "ke", "01 094 1100161816677"),
        (("--paybill", "247247"), "ke_paybill", "247247"),
        (("--bsb", "062-000", "--account", "12345678", "--bank-name", "CBA"), "au", "CBA 062-000 12345678"),
        (("--line", "Bank of Narnia", "--line", "Account 7"), "free", "Bank of Narnia Account 7"),
        (("--iban", "AT61 1904 3002 3457 3201"), "iban", "AT61\u00a01904\u00a03002\u00a03457\u00a03201"),
    ],
)
def test_an_account_is_taken_up_as_its_country_writes_it(
    company: None, options: tuple[str, ...], scheme: str, account: str
) -> None:
    call("entity", "bank", *options, "--holder", "Lake", "--currency", "KES")
    (listed,) = call("entity", "banks")

    assert (scheme, account, True) == (listed["scheme"], listed["account"], listed["default"])


@pytest.mark.parametrize(
    ("options", "path"),
    [
        (("--routing", "021000012", "--account", "123456789"), "bank_code"),
        (("--paybill", "247247", "--bsb", "062000"), "iban"),
        ((), "iban"),
        (("--paybill", "247247", "--branch-code", "094"), "branch_code"),
    ],
)
def test_what_is_wrong_is_named(company: None, options: tuple[str, ...], path: str) -> None:
    assert path == refusal("entity", "bank", *options, "--holder", "Lake", "--currency", "KES").path


def test_an_account_is_changed_made_the_default_and_retired(company: None) -> None:
    first = str(call("entity", "bank", "--paybill", "247247", "--holder", "Lake", "--currency", "KES")["account"])
    second = str(call("entity", "bank", "--paybill", "522522", "--holder", "Lake", "--currency", "KES")["account"])

    assert {"changed": ["account_number", "default"]} == call(
        "entity", "bank-edit", second, "--account", "shop1", "--default"
    )
    assert ["522522 SHOP1", "247247"] == [each["account"] for each in call("entity", "banks")]
    assert "bsb" == refusal("entity", "bank-edit", first, "--bsb", "062000").path
    call("entity", "bank-retire", second, "--reason", "closed")
    assert [(first, True), (second, False)] == [(str(each["id"]), each["default"]) for each in call("entity", "banks")]
    assert "there is no bank account 999" in refusal("entity", "bank-retire", "999").message
    assert printed("entity", "banks").splitlines()[0].split()[:3] == ["ID", "CURRENCY", "DEFAULT"]
