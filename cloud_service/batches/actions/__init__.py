"""All actions on many rows, one file each, named once here; a list offers them in `web/lists/offers.py`."""

from collections.abc import Mapping

from cloud_service.batches.action import BatchAction
from cloud_service.batches.actions import (
    account_rest,
    account_statement,
    account_terms,
    client_address,
    client_language,
    contract_close,
    contract_tariff,
    invoice_credit,
    invoice_send,
    meter_register,
    meter_validate,
    run_retry,
    user_keep_out,
)

ACTIONS: Mapping[str, BatchAction] = {
    module.ACTION.key: module.ACTION
    for module in (
        account_rest, account_statement, account_terms, client_address, client_language, contract_close,
        contract_tariff, invoice_credit,
        invoice_send, meter_register, meter_validate, run_retry, user_keep_out,
    )
}  # fmt: skip
