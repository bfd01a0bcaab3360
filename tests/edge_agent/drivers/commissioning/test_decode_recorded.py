"""A recorded Modbus answer, by itself or as a profile names it."""

import pytest
from pymodbus.framer import FramerRTU

from common.errors import DecodeError, InputError
from common.profile import find
from edge_agent.drivers.commissioning.decode_recorded import decode_answer

VOLTS_230 = bytes.fromhex("43660000")  # a float32
PDU = bytes((4, 4)) + VOLTS_230
TCP = bytes.fromhex("0001 0000 0007 01") + PDU


def rtu(pdu: bytes, unit: int = 1) -> bytes:
    body = bytes((unit,)) + pdu
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


@pytest.mark.parametrize(("data", "framing"), [(rtu(PDU), "rtu"), (TCP, "tcp")])
def test_an_answer_without_a_profile_is_its_registers(data: bytes, framing: str) -> None:
    decoded = decode_answer(data, address=30)
    assert {"framing": framing, "unit": 1, "function": 4, "registers": 2} == decoded["header"]
    assert [("register 30", "17254"), ("register 31", "0")] == [
        (record["quantity"], record["value"]) for record in decoded["records"]
    ]


def test_a_profile_names_what_lies_wholly_in_the_answer() -> None:
    decoded = decode_answer(rtu(PDU), find("eastron_sdm630"), address=0)
    assert [("voltage_l1", "230", "V")] == [
        (record["quantity"], record["value"], record["unit"]) for record in decoded["records"]
    ]


def test_an_exception_is_what_the_meter_refused() -> None:
    with pytest.raises(InputError, match="no register at this address"):
        decode_answer(rtu(bytes((0x84, 2))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TCP[:-1],
        rtu(PDU)[:-1] + b"\0",
        rtu(bytes((6, 0, 0, 0, 1))),
        rtu(bytes((4, 3)) + VOLTS_230[:3]),
        rtu(bytes((4, 6)) + VOLTS_230),
        rtu(bytes((0x84, 2, 2))),
    ],
)
def test_what_is_no_whole_answer_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_answer(data)
