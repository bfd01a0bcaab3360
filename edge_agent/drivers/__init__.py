"""Drivers: one file per protocol. `DRIVERS` is the only list; a driver is imported when it is first used."""

import importlib
from collections.abc import Mapping
from typing import Any

from common.errors import InputError, NotFoundError
from edge_agent.drivers.interface import Driver
from edge_agent.transports.port import Port

DRIVERS: Mapping[str, str] = {
    # protocol as profiles and site files name it: module:class
    "modbus": "edge_agent.drivers.modbus:ModbusDriver",
    "mbus": "edge_agent.drivers.mbus:MBusDriver",
    "wmbus": "edge_agent.drivers.wmbus:WirelessDriver",
    "dlms": "edge_agent.drivers.dlms:DlmsDriver",
    "iec62056": "edge_agent.drivers.iec62056:Iec62056Driver",
    "d0": "edge_agent.drivers.push:d0_driver",
    "sms": "edge_agent.drivers.sms:SmsDriver",
    "p1": "edge_agent.drivers.push:p1_driver",
    "sml": "edge_agent.drivers.push:sml_driver",
    "mqtt": "edge_agent.drivers.iot_mqtt:MqttDriver",
    "http": "edge_agent.drivers.iot_http:HttpDriver",
    "csv": "edge_agent.drivers.csv_drop:CsvDriver",
    "simulated": "edge_agent.drivers.simulated:SimulatedDriver",
}


def open_driver(protocol: str, port: Port, **options: Any) -> Driver:
    """The driver of a protocol on a port, to be used with `async with`.

    Options that every driver takes: `timeout_s` (the longest wait for an answer), `retries`, `clock` (seconds since
    1970). The Modbus driver also takes `framing`: "tcp", "rtu" or "ascii"; the default is tcp on a tcp:// port and
    rtu elsewhere.
    """
    try:
        module, _, name = DRIVERS[protocol].partition(":")
    except KeyError:
        raise NotFoundError(f"there is no driver {protocol!r}", hint=f"one of {', '.join(DRIVERS)}") from None
    make = getattr(importlib.import_module(module), name)
    try:
        driver: Driver = make(port, **options)
    except TypeError as error:
        unknown = str(error).partition("unexpected keyword argument ")[2]
        if not unknown:
            raise
        hint = "firmware_configs/README.md lists the options of each protocol"
        raise InputError(f"{protocol} has no option {unknown}", path="options", hint=hint) from error
    return driver
