"""The documents of the wire say what the code does."""

from pathlib import Path

import pytest
import yaml

from common import message
from common.message import (
    BODY_SIZE_MAX,
    CHANNELS_MAX,
    DEPTH_MAX,
    PAYLOAD_SIZE_MAX,
    RANGES_MAX,
    ROWS_MAX,
    Down,
    Topic,
    Up,
)
from common.reading import Quality, TimeQuality

DOCS = Path(__file__).parents[3] / "docs"
STRUCTS = ["Status", "Catalog", "Channel", "Batch", "Void", "Health", "DeviceHealth", "Receipt", "Rejection"]


@pytest.fixture(scope="module")
def api() -> dict[str, dict[str, dict[str, object]]]:
    document: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
    return document


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "wire.md").read_text()


def test_every_topic_is_described(api: dict[str, dict[str, dict[str, object]]], page: str) -> None:
    addresses = {str(channel["address"]).replace("{gateway}", "gw") for channel in api["channels"].values()}
    assert {str(Topic("gw", kind)) for kind in (*Up, *Down)} == addresses
    for kind in (*Up, *Down):
        assert f"`{'up' if isinstance(kind, Up) else 'down'}/{kind.value}`" in page


@pytest.mark.parametrize("name", STRUCTS)
def test_fields_stand_in_the_order_of_the_code(
    api: dict[str, dict[str, dict[str, object]]], page: str, name: str
) -> None:
    struct = getattr(message, name)
    schema = api["components"]["schemas"][name]
    assert isinstance(schema, dict)
    assert list(struct.__struct_fields__) == schema["x-fields"]
    assert len(struct.__struct_fields__) - len(struct.__struct_defaults__) == schema["minItems"]


def test_limits_and_codes_are_those_of_the_code(page: str) -> None:
    assert f"payload at most {PAYLOAD_SIZE_MAX // 1024} KiB" in page
    assert f"body at most {BODY_SIZE_MAX // 1024**2} MiB" in page
    assert f"nesting at most {DEPTH_MAX}," in page
    assert f"at most {ROWS_MAX:,} rows, a catalog {CHANNELS_MAX:,} channels, a list\nof ranges {RANGES_MAX:,}" in page
    for quality in Quality:
        assert f"| {quality.value} | {quality.name.lower()} |" in page
    for time_quality in TimeQuality:
        assert f"| {time_quality.value} | {time_quality.name.lower()}:" in page
