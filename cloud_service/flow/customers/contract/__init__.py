"""Contracts and what hangs on them: moving in and out, owners, meters, tariffs, cycles, deposits' accounts, modes.

Spans end where the next begins; the database refuses what overlaps. Days without a tenant can be charged to the owner.
"""

from cloud_service.flow.customers.contract.beginning import change_start, take_back_contract
from cloud_service.flow.customers.contract.meter_exchange import MeterExchange, exchange_meter
from cloud_service.flow.customers.contract.moves import (
    MoveIn,
    begin_vacancy,
    change_end,
    change_owner,
    move_in,
    move_out,
)
from cloud_service.flow.customers.contract.terms import change_cycle, change_mode, change_tariff
from cloud_service.flow.customers.contract.vacancy import drop_vacancy, set_vacancy

__all__ = [
    "MeterExchange", "MoveIn", "begin_vacancy", "change_cycle", "change_end", "change_mode", "change_owner",
    "change_start", "change_tariff", "drop_vacancy", "exchange_meter", "move_in", "move_out", "set_vacancy",
    "take_back_contract",
]  # fmt: skip
