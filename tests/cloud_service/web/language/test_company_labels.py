"""What a company says of itself on its papers has a word for each code that can be stored."""

from cloud_service.domain.receivables.bank_schemes import SCHEMES
from cloud_service.web.language.company_labels import OF_COMPANIES
from tests.cloud_service.web.language.test_labels import codes_of


def test_every_way_to_name_a_bank_account_has_its_words() -> None:
    assert codes_of("bank_account", "scheme") == set(OF_COMPANIES["bank_scheme"])
    assert {account_part.word for parts in SCHEMES.values() for account_part in parts} <= set(OF_COMPANIES["bank_part"])
