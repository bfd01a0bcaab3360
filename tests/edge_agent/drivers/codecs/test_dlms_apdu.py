"""The application layer of DLMS, against the examples of the Green Book."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs import dlms_apdu as codec
from tests.edge_agent.drivers.dlms_readings import IMPORT
from tests.edge_agent.drivers.dlms_twin import refused


def test_the_association_is_asked_for_as_the_green_book_shows() -> None:
    example = "601da109060760857405080101be10040e01000000065f1f0400007e1f04b0"

    assert bytes.fromhex(example) == codec.associate()


def test_a_request_is_as_the_green_book_shows() -> None:
    assert bytes.fromhex("c001c100030100010800ff0200") == codec.get(3, IMPORT, 2)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("0600000007", 7),
        ("05ffffffff", -1),
        ("14ffffffffffffffff", -1),
        ("1500000000000000ff", 255),
        ("0f80", -128),
        ("1180", 128),
        ("174366 3333", Decimal("230.2")),
        ("0202 0f fe 16 1e", [-2, 30]),
        ("0903414243", b"ABC"),
        ("0a03414243", "ABC"),
        ("0301", True),
        ("00", None),
        ("0101 0202 1101 00", [[1, None]]),
    ],
)
def test_each_type_of_data_is_read(data: str, value: object) -> None:
    assert value == codec.decode(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["", "06", "0600", "0105", "ff", "060000000700", "0984ffffffff", "01" * 40])
def test_data_that_is_not_whole_is_refused(data: str) -> None:
    with pytest.raises(DecodeError):
        codec.decode(bytes.fromhex(data))


@pytest.mark.parametrize(("number", "text"), [(2, "context"), (13, "password"), (77, "reason 77")])
def test_a_refused_association_says_why(number: int, text: str) -> None:
    with pytest.raises(codec.AccessRefusedError, match=text):
        codec.check_association(refused(number))


def test_instants_of_the_meter() -> None:
    at = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)

    assert at == codec.as_instant(codec.date_time(at))
    assert at == codec.as_instant(bytes.fromhex("07ea0701030e1e0000ff8880"))  # 14:30, 120 minutes east
    assert codec.as_instant(b"\xff" * 12) is None
    assert codec.as_instant(bytes.fromhex("07ea0d01030e1e0000000000")) is None
