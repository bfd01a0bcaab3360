from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.mbus_frame import long_frame
from edge_agent.drivers.codecs.mbus_telegram import ApplicationError, decode, decode_application
from tests.shared import SHARED, need_shared

FRAMES = sorted((SHARED / "real" / "mbus").glob("*.hex"))
ERROR_FRAMES = sorted((SHARED / "real" / "mbus" / "error_frames").glob("*.hex"))


# The example of "The M-Bus: A Documentation" (m-bus.com), 6.3 Variable Data Structure, with what its text says of it.
WATER_METER = (
    "68 1F 1F 68 08 02 72 78 56 34 12 24 40 01 07 55 00 00 00 03 13 15 31 00  DA 02 3B 13 01  8B 60 04 37 18 02  18 16"
)


def test_the_example_of_the_documentation_says_what_its_text_says() -> None:
    telegram = decode(bytes.fromhex(WATER_METER))
    volume, flow, energy = telegram.records

    assert ("12345678", "PAD", 1, "Water", 85) == (
        telegram.id, telegram.manufacturer, telegram.version, telegram.medium, telegram.access_number,
    )  # fmt: skip
    assert ("Volume", Decimal("12.565"), "m^3") == (volume.quantity, volume.value, volume.unit)
    assert ("Maximum value", 5, Decimal("0.113"), "m^3/h") == (flow.function, flow.storage, flow.value, flow.unit)
    assert (2, 1, Decimal(218370), "Wh") == (energy.tariff, energy.subunit, energy.value, energy.unit)


@pytest.mark.parametrize("at", range(4, 37))
def test_the_example_with_one_flipped_bit_is_refused(at: int) -> None:
    frame = bytearray(bytes.fromhex(WATER_METER))
    frame[at] ^= 0x10

    with pytest.raises(DecodeError):
        decode(bytes(frame))


def test_the_recorded_frames_are_there_to_be_decoded() -> None:
    assert len(list(need_shared("real", "mbus").glob("*.hex"))) >= 36


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: path.stem)
def test_every_recorded_frame_gives_exactly_the_expected_records(path: Path) -> None:
    # the files are UTF-8 though their first line says otherwise
    expected = ET.fromstring(path.with_suffix(".norm.xml").read_text(encoding="utf-8").split("?>", 1)[1])  # noqa: S314 - our own ground truth
    telegram = decode(bytes.fromhex(path.read_text())).as_json()

    header = {field.tag: field.text or "" for field in expected.findall("SlaveInformation/*")}
    names = {
        "Id": "id",
        "Manufacturer": "manufacturer",
        "Version": "version",
        "Medium": "medium",
        "AccessNumber": "access_number",
        "Status": "status",
        "Signature": "signature",
    }
    assert {tag: header[tag] for tag in names if tag in header} == {
        tag: str(telegram["header"][name]) for tag, name in names.items() if tag in header
    }
    assert [_expected(record) for record in expected.findall("DataRecord")] == [
        _found(record, node) for record, node in zip(telegram["records"], expected.findall("DataRecord"), strict=True)
    ]


def _expected(node: ET.Element) -> tuple[object, ...]:
    text = {field.tag: field.text or "" for field in node}
    return (
        text["Function"],
        int(text.get("StorageNumber") or 0),
        int(text.get("Tariff") or 0),
        int(text.get("Device") or 0),
        text.get("Quantity"),
        text["Unit"],
        _six_digits(text["Value"]),
    )


def _found(record: dict[str, Any], node: ET.Element) -> tuple[object, ...]:
    return (
        record["function"],
        record["storage"],
        record["tariff"],
        record["subunit"],
        record["quantity"] if node.find("Quantity") is not None else None,
        record["unit"],
        _six_digits(record["value"]),
    )


def _six_digits(text: str) -> Decimal | str:
    try:
        return Decimal(text).quantize(Decimal("0.000001"))
    except ArithmeticError:
        return text


@pytest.mark.parametrize("path", ERROR_FRAMES, ids=lambda path: path.stem)
def test_every_damaged_or_unsupported_frame_is_refused_with_a_reason_and_a_hint(path: Path) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(bytes.fromhex(path.read_text()))

    error = caught.value.as_json()["error"]
    assert {"code", "message", "hint"} <= error.keys()


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: path.stem)
def test_no_frame_with_one_flipped_bit_is_accepted(path: Path) -> None:
    good = bytes.fromhex(path.read_text())
    for index in range(len(good)):
        for bit in range(8):
            damaged = bytearray(good)
            damaged[index] ^= 1 << bit
            with pytest.raises(DecodeError):
                decode(bytes(damaged))


@pytest.mark.parametrize("path", FRAMES[:5], ids=lambda path: path.stem)
def test_no_cut_frame_is_accepted(path: Path) -> None:
    good = bytes.fromhex(path.read_text())
    for length in range(len(good)):
        with pytest.raises(DecodeError):
            decode(good[:length])


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "unspecified"),
        (1, "CI field"),
        (3, "too many records"),
        (8, "too busy"),
        (9, "too many readouts"),
        (99, "99"),
    ],
)
def test_an_application_error_is_named(number: int, sentence: str) -> None:
    with pytest.raises(ApplicationError, match=sentence):
        decode(long_frame(0x08, 1, 0x70, bytes([number])))


def test_an_encrypted_telegram_is_refused_as_encrypted() -> None:
    header = bytes.fromhex("95 08 12 11 83 14 02 04 17 00 20 05")

    with pytest.raises(DecodeError, match="encrypted") as caught:
        decode_application(0x72, header + bytes(32))

    assert "encrypted" == caught.value.code
