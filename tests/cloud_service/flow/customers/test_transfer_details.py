"""How a page says that an invoice can be paid by transfer."""

from cloud_service.flow.customers.transfer_details import transfer_details

PAYBILL = {"holder": "Lake", "iban": "", "bic": "", "currency": "KES", "scheme": "ke_paybill", "bank_code": "247247"}


def test_the_account_of_the_currency_is_said_in_the_reader_s_language() -> None:
    seller = {"name": "Lake", "bank_accounts": [PAYBILL]}

    assert [("Empfänger", "Lake"), ("M-PESA-Paybill", "247247"), ("Account no.", "INV-1")] == transfer_details(
        seller, "KES", "INV-1", "de"
    )
    assert [] == transfer_details(seller, "EUR", "INV-1", "de")
    assert [] == transfer_details({"name": "Lake"}, "KES", "INV-1", "de")
