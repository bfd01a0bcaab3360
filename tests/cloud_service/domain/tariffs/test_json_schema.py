"""The JSON Schema says what the engine takes."""

import json
import re
from pathlib import Path

from cloud_service.domain.tariffs.json_schema import tariff_schema


def test_the_schema_names_every_kind_of_price_and_refuses_other_fields() -> None:
    schema = tariff_schema()

    json.dumps(schema)
    document = schema["$defs"]["Document"]
    kinds = document["properties"]["charges"]["items"]["discriminator"]["mapping"]
    assert {"energy", "demand", "standing", "minimum", "percentage", "export", "spot"} <= set(kinds)
    assert document["additionalProperties"] is False
    assert ["string", "number"] == schema["$defs"]["Block"]["properties"]["up_to"]["anyOf"][0]["type"]


def test_the_schema_knows_documents_of_several_versions_and_how_decimals_are_written() -> None:
    schema = tariff_schema()

    assert [{"$ref": "#/$defs/Document"}, {"$ref": "#/$defs/Versions"}] == schema["anyOf"]
    versions = schema["$defs"]["Versions"]
    assert set(versions["properties"]) - set(schema["$defs"]["Document"]["properties"]) == {"versions"}
    pattern = re.compile(schema["$defs"]["Block"]["properties"]["up_to"]["anyOf"][0]["pattern"])
    assert [True, True, False, False] == [bool(pattern.search(text)) for text in ("-0.25", "1e5", "NaN", "1_000")]


def test_the_published_schema_is_that_of_the_engine() -> None:
    published = Path(__file__).resolve().parents[4] / "docs" / "tariff.schema.json"

    assert json.loads(json.dumps(tariff_schema())) == json.loads(published.read_text("utf-8"))
